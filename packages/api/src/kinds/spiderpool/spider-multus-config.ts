import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { array, boolean, having, type Infer, object, oneOf, optional, string } from "../../schema.ts";
import { IbSriovBlock, IpoibBlock, IpvlanBlock, MacvlanBlock, OvsBlock, SriovBlock, VlanBlock } from "./cni-blocks.ts";
import { CoordinatorSpec } from "./coordinator-spec.ts";
import { spiderpool } from "./group.ts";

export const cniTypes = ["macvlan", "ipvlan", "vlan", "sriov", "ovs", "ib-sriov", "ipoib", "custom"] as const;

export const SpiderMultusConfigSpec = object(
  {
    cniType: optional(oneOf(cniTypes, { default: "custom", description: "Which block below is meant." })),
    macvlan: optional(MacvlanBlock),
    ipvlan: optional(IpvlanBlock),
    vlan: optional(VlanBlock),
    sriov: optional(SriovBlock),
    ibsriov: optional(IbSriovBlock),
    ipoib: optional(IpoibBlock),
    ovs: optional(OvsBlock),
    customCNI: optional(string({ description: "A CNI configuration of one's own, as JSON text." })),
    enableCoordinator: optional(boolean({ default: true, description: "The coordinator is put into the chain." })),
    disableIPAM: optional(boolean({ default: false, description: "Interfaces get no addresses." })),
    coordinator: optional(
      having(CoordinatorSpec, { description: "Settings of this network, over those of SpiderCoordinator." }),
    ),
    chainCNIJsonData: optional(
      array(string(), { description: "Plugins that are called after the main one, each as JSON text." }),
    ),
  },
  { description: "What the network is." },
);
export interface SpiderMultusConfigSpec extends Infer<typeof SpiderMultusConfigSpec> {}

const spiderMultusConfigSchema = kindObject("A network, of which a NetworkAttachmentDefinition is made.", {
  spec: optional(SpiderMultusConfigSpec),
});
export interface SpiderMultusConfig extends Infer<typeof spiderMultusConfigSchema> {}

export const SpiderMultusConfig: Kind<SpiderMultusConfig> = {
  ...spiderpool,
  kind: "SpiderMultusConfig",
  plural: "spidermultusconfigs",
  singular: "spidermultusconfig",
  shortNames: ["smc"],
  namespaced: true,
  schema: spiderMultusConfigSchema,
};
