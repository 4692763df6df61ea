import type { SpiderMultusConfigSpec } from "../../../kinds/spiderpool/spider-multus-config.ts";

type CniType = NonNullable<SpiderMultusConfigSpec["cniType"]>;

/** The block that each type of network has, and the path by which upstream reports it. */
export const blocks = [
  { cniType: "macvlan", block: "macvlan", field: "spec.macvlanConfig" },
  { cniType: "ipvlan", block: "ipvlan", field: "spec.ipvlanConfig" },
  { cniType: "vlan", block: "vlan", field: "spec.vlan" },
  { cniType: "sriov", block: "sriov", field: "spec.sriovConfig" },
  { cniType: "ib-sriov", block: "ibsriov", field: "spec.ibsriovConfig" },
  { cniType: "ipoib", block: "ipoib", field: "spec.ipoibConfig" },
  { cniType: "ovs", block: "ovs", field: "spec.ovsConfig" },
  { cniType: "custom", block: "customCNI", field: "spec.customCniTypeConfig" },
] as const satisfies readonly {
  readonly cniType: CniType;
  readonly block: keyof SpiderMultusConfigSpec;
  readonly field: string;
}[];

export function fieldOf(cniType: CniType): (typeof blocks)[number] {
  const found = blocks.find((one) => one.cniType === cniType);
  if (!found) throw new RangeError(`There is no type of network "${cniType}"`); // the schema lets no other through
  return found;
}
