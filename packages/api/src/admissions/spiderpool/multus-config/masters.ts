import type { VlanBlock } from "../../../kinds/spiderpool/cni-blocks.ts";
import { invalid, type Problem } from "../../../problem.ts";

/** Networks over one or several interfaces of the machine: macvlan, ipvlan, vlan. */
export function validateMasters(block: VlanBlock | undefined, cniType: string, field: string): readonly Problem[] {
  if (!block) return [];
  const { master, bond, vlanID, mtu = 0, ippools } = block;
  const problems: Problem[] = [];
  const say = (value: unknown, sentence: string) => problems.push(invalid(field, value, sentence));
  if (cniType === "vlan") validateMode(block, say);
  if (vlanID !== undefined && (vlanID < 0 || vlanID > 4094)) {
    say(vlanID, `invalid vlanId ${vlanID}, please make sure vlanId in range [0,4094]`);
  }
  if (mtu < 0) say(mtu, "MTU must be greater than or equal to 0");
  if (ippools?.matchMasterSubnet) say(true, `MatchMasterSubnet feature is not supported for ${cniType}`);
  if (master.length === 0) say(block, "master can't be empty");
  else if (master.length > 1 && !bond) say(block, "the bond property is nil with multiple Interfaces");
  else if (master.length > 1 && bond?.name === "") say(block, "bond name can't be empty");
  return problems;
}

function validateMode({ vlanMode = "manual", vlanID }: VlanBlock, say: (value: unknown, sentence: string) => void) {
  if (vlanMode === "manual" && vlanID === undefined) say(null, "vlanId must not be nil when vlanMode is manual");
  if (vlanMode === "auto" && vlanID !== undefined) say(vlanID, "vlanId must not be specified when vlanMode is auto");
}
