import type { AdmissionReview } from "../../admission.ts";
import { AnnotationError } from "../../annotations/annotation-error.ts";
import { parsePoolChoice } from "../../annotations/pools.ts";
import { NetworkAttachmentDefinition } from "../../kinds/cni/network-attachment-definition.ts";
import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import { SpiderIPPool } from "../../kinds/spiderpool/spider-ip-pool.ts";
import { SpiderMultusConfig } from "../../kinds/spiderpool/spider-multus-config.ts";
import { nadNameOf } from "../spiderpool/multus-config/annotations.ts";
import { networkKeyOf, type UnderlayContext } from "./underlay.ts";

export interface MissingContext extends UnderlayContext {
  readonly list: AdmissionReview["list"];
}

/** Warnings of networks and pools that are named and not there: they may come later, and until then the machine waits for them. */
export function warnAboutMissing(spec: VirtualMachineInstanceSpec, context: MissingContext): readonly string[] {
  return [...missingNetworks(spec, context), ...missingPools(context)];
}

function missingNetworks({ networks = [] }: VirtualMachineInstanceSpec, context: MissingContext): readonly string[] {
  const { find, list } = context;
  return networks.flatMap((network) => {
    const key = networkKeyOf(network, context);
    if (!key || find(NetworkAttachmentDefinition, key)) return [];
    // One that was written a moment ago has none yet.
    if (list(SpiderMultusConfig, { namespace: key.namespace }).some((one) => nadNameOf(one) === key.name)) return [];
    const name = `${key.namespace}/${key.name}`;
    return [
      `network "${network.name}": there is no NetworkAttachmentDefinition "${name}" yet, and the machine waits for it`,
    ];
  });
}

function missingPools({ metadata, find }: MissingContext): readonly string[] {
  const names = namedPools(metadata.annotations ?? {}).filter((name) => !/[*?[]/.test(name));
  return [...new Set(names)]
    .filter((name) => !find(SpiderIPPool, { name }))
    .map((name) => `there is no SpiderIPPool "${name}" yet, and the machine waits for it`);
}

function namedPools(annotations: { readonly [annotation: string]: string }): readonly string[] {
  try {
    const choice = parsePoolChoice(annotations);
    const lists = choice?.of === "interfaces" ? choice.interfaces : choice ? [choice] : [];
    return lists.flatMap(({ ipv4, ipv6 }) => [...ipv4, ...ipv6]);
  } catch (error) {
    if (error instanceof AnnotationError) return []; // refused elsewhere
    throw error;
  }
}
