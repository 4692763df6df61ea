import type { Admission } from "../../admission.ts";
import { noSubnetsSentence } from "../../annotations/subnets.ts";
import { SpiderSubnet } from "../../kinds/spiderpool/spider-subnet.ts";
import { forbidden } from "../../problem.ts";

/** Nothing would come of a SpiderSubnet, so there can be none. */
export const spiderSubnetAdmission: Admission<SpiderSubnet> = {
  kind: SpiderSubnet,
  webhookName: "spidersubnet.spiderpool.spidernet.io",
  namesObject: true,
  validate: ({ operation }) =>
    operation === "DELETE" ? [] : [forbidden("spec", `${noSubnetsSentence}; make a SpiderIPPool of these addresses`)],
};
