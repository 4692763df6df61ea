import type { Admission } from "../../../admission.ts";
import { SpiderIPPool } from "../../../kinds/spiderpool/spider-ip-pool.ts";
import { forFitting } from "../fitting.ts";
import { warnAboutHolders } from "./holders.ts";
import { announceChanges, mutatePool } from "./mutate.ts";
import { validatePool } from "./validate.ts";

export const spiderIPPoolAdmission: Admission<SpiderIPPool> = forFitting({
  kind: SpiderIPPool,
  webhookName: "spiderippool.spiderpool.spidernet.io",
  namesObject: true,
  announce: announceChanges,
  mutate: mutatePool,
  validate: validatePool,
  warn: warnAboutHolders,
});
