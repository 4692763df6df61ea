import type { Pod, VirtualMachineInstance } from "@peapod/api";
import { annotations, labels } from "../../names.ts";
import { podAnnotations } from "../../render/launcher-pod/metadata.ts";
import type { PodMetadata } from "./facts.ts";

/** Decided when the pod was made, or the pod's own. */
const fixed = new Set<string>([
  labels.nodeName,
  labels.app,
  labels.createdBy,
  labels.vmName,
  labels.vmiId,
  annotations.networks,
  annotations.defaultNetwork,
  annotations.domain,
  annotations.defaultContainer,
  annotations.defaultLogsContainer,
  annotations.memoryOverheadBytes,
  annotations.migrationTransportUnix,
]);

/** Labels and annotations that the VMI got or changed while it ran: Services select the pod by them. */
export function podMetadataChanges(vmi: VirtualMachineInstance, pod: Pod): PodMetadata | undefined {
  const changedLabels = changes(vmi.metadata.labels ?? {}, pod.metadata.labels ?? {});
  const changedAnnotations = changes(podAnnotations(vmi), pod.metadata.annotations ?? {});
  if (!changedLabels && !changedAnnotations) return undefined;
  return {
    ...(changedLabels && { labels: changedLabels }),
    ...(changedAnnotations && { annotations: changedAnnotations }),
  };
}

type Keys = { readonly [key: string]: string };

function changes(wanted: Keys, present: Keys): Keys | undefined {
  const changed = Object.entries(wanted).filter(([key, value]) => !fixed.has(key) && present[key] !== value);
  return changed.length > 0 ? Object.fromEntries(changed) : undefined;
}
