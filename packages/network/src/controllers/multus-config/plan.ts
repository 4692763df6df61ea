import type { NetworkAttachmentDefinition, OwnerReference, SpiderMultusConfig } from "@peapod/api";
import type { Plan } from "@peapod/machinery";
import { defaultNetwork, renderDefaultNetwork } from "../../render/default-network.ts";
import { renderNad, type WantedNad } from "../../render/multus-config.ts";

/** One NetworkAttachmentDefinition and those who want it. */
export interface Facts {
  readonly key: { readonly namespace: string; readonly name: string };
  readonly nad: NetworkAttachmentDefinition | undefined;
  /** SpiderMultusConfigs whose NAD has this name. */
  readonly configs: readonly SpiderMultusConfig[];
}

export type Step =
  | { readonly do: "createNad"; readonly nad: NetworkAttachmentDefinition }
  | { readonly do: "updateNad"; readonly nad: NetworkAttachmentDefinition }
  | { readonly do: "refuse"; readonly config: SpiderMultusConfig; readonly message: string };

/**
 * A NAD is what its SpiderMultusConfig says: made, kept so, made again when somebody deletes it; one that belongs to nobody is taken
 * over. A config that says nothing (custom and empty) leaves a NAD that is there to whom it belongs. The default network is there
 * always.
 */
export function planMultusConfig(facts: Facts): Plan<Step> {
  const { key, nad } = facts;
  const isLeaving = nad?.metadata.deletionTimestamp !== undefined; // it comes back when it is gone
  const [config, ...others] = rank(facts);
  const refusals = others.map((other): Step => ({ do: "refuse", config: other, message: taken(key, config) }));
  if (!config) {
    const isMissing = key.namespace === defaultNetwork.namespace && key.name === defaultNetwork.name && !nad;
    return { steps: isMissing ? [{ do: "createNad", nad: renderDefaultNetwork() }] : [] };
  }
  if (isLeaving) return { steps: refusals };
  const wanted = renderNad(config);
  if (!nad) return { steps: [{ do: "createNad", nad: renderNew(wanted, config) }, ...refusals] };
  const changed = adjust(nad, wanted, config);
  return { steps: [...(changed ? [{ do: "updateNad", nad: changed } as const] : []), ...refusals] };
}

/** Who has it first, then by age: the others are told. */
function rank({ nad, configs }: Facts): readonly SpiderMultusConfig[] {
  const owner = nad?.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
  const order = ({ metadata }: SpiderMultusConfig): string =>
    `${metadata.uid === owner ? 0 : 1} ${metadata.creationTimestamp ?? ""} ${metadata.name ?? ""}`;
  return configs
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
}

function renderNew(wanted: WantedNad, config: SpiderMultusConfig): NetworkAttachmentDefinition {
  const { namespace, name, annotations, config: text } = wanted;
  const isDefault = namespace === defaultNetwork.namespace && name === defaultNetwork.name;
  // Without a text of its own, the default network is still what it is.
  if (text === undefined && isDefault) return renderDefaultNetwork();
  return {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { namespace, name, annotations, ownerReferences: [reference(config)] },
    ...(text !== undefined && { spec: { config: text } }),
  };
}

/** @returns the NAD as it should be; undefined: it is so */
function adjust(
  nad: NetworkAttachmentDefinition,
  wanted: WantedNad,
  config: SpiderMultusConfig,
): NetworkAttachmentDefinition | undefined {
  const { annotations = {}, ownerReferences = [] } = nad.metadata;
  const isOurs = ownerReferences.some(({ uid }) => uid === config.metadata.uid);
  if (wanted.config === undefined && !isOurs) return undefined;
  const isSame =
    isOurs &&
    nad.spec?.config === wanted.config &&
    Object.entries(wanted.annotations).every(([name, value]) => annotations[name] === value);
  if (isSame) return undefined;
  const { spec: _, ...rest } = nad;
  return {
    ...rest,
    metadata: {
      ...nad.metadata,
      annotations: { ...annotations, ...wanted.annotations },
      ownerReferences: isOurs ? ownerReferences : [...ownerReferences, reference(config)],
    },
    ...(wanted.config !== undefined && { spec: { config: wanted.config } }),
  };
}

function reference({ apiVersion, kind, metadata }: SpiderMultusConfig): OwnerReference {
  const { name = "", uid = "" } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

function taken({ namespace, name }: Facts["key"], owner: SpiderMultusConfig | undefined): string {
  return `the net-attach-def ${namespace}/${name} already exists and is managed by SpiderMultusConfig ${namespace}/${owner?.metadata.name}.`;
}
