import type { OvsBlock } from "../../../kinds/spiderpool/cni-blocks.ts";
import { invalid, type Problem } from "../../../problem.ts";

/** A range has both of its ends, which upstream takes for granted. */
export function validateOvs({ vlan = 0, trunk = [] }: OvsBlock, field: string): readonly Problem[] {
  const wrongVlan =
    vlan < 0 || vlan > 4094
      ? [invalid(field, vlan, `invalid vlanId ${vlan}, please make sure vlanId in range [0,4094]`)]
      : [];
  return [
    ...wrongVlan,
    ...trunk.flatMap((entry) => {
      const { minID, maxID, id } = entry;
      const problems: Problem[] = [];
      if (minID !== undefined && (minID > 4094 || maxID === undefined)) {
        problems.push(invalid(field, entry, "incorrect trunk minID parameter"));
      }
      if (maxID !== undefined && (maxID > 4094 || minID === undefined)) {
        problems.push(invalid(field, entry, "incorrect trunk maxID parameter"));
      }
      if (minID !== undefined && maxID !== undefined && minID > maxID) {
        problems.push(invalid(field, entry, "minID is greater than maxID in trunk parameter"));
      }
      if (id !== undefined && id > 4094) problems.push(invalid(field, entry, "incorrect trunk id parameter"));
      return problems;
    }),
  ];
}
