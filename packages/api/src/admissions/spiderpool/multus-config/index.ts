import type { Admission } from "../../../admission.ts";
import { SpiderMultusConfig } from "../../../kinds/spiderpool/spider-multus-config.ts";
import { forFitting } from "../fitting.ts";
import { mutateMultusConfig } from "./mutate.ts";
import { validateMultusConfig } from "./validate.ts";

export const spiderMultusConfigAdmission: Admission<SpiderMultusConfig> = forFitting({
  kind: SpiderMultusConfig,
  webhookName: "spidermultusconfig.spiderpool.spidernet.io",
  namesObject: true,
  mutate: mutateMultusConfig,
  validate: validateMultusConfig,
});
