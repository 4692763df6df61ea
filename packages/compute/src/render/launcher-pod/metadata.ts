import { instanceId, type VirtualMachineInstance } from "@peapod/api";
import { guestHostname } from "../../guest/hostname.ts";
import { memoryOverheadBytes } from "../../guest/overhead.ts";
import { annotations, computeContainer, labels, launcherApp } from "../../names.ts";
import type { LauncherConfig } from "./config.ts";
import { renderNetworkAnnotations } from "./networks.ts";

/** Bookkeeping of other controllers, which would only be stale on a pod. */
const notForPods = new Set<string>([
  annotations.lastApplied,
  annotations.latestObservedApiVersion,
  annotations.storageObservedApiVersion,
  annotations.vmGeneration,
]);

export function renderLabels(vmi: VirtualMachineInstance): { readonly [key: string]: string } {
  return {
    ...vmi.metadata.labels,
    [labels.app]: launcherApp,
    [labels.createdBy]: vmi.metadata.uid ?? "",
    [labels.vmName]: guestHostname(vmi),
    [labels.vmiId]: instanceId(vmi.metadata.name ?? ""),
  };
}

export function renderAnnotations(
  vmi: VirtualMachineInstance,
  config: LauncherConfig,
): { readonly [key: string]: string } {
  return {
    ...podAnnotations(vmi),
    ...renderNetworkAnnotations(vmi),
    [annotations.domain]: vmi.metadata.name ?? "",
    [annotations.migrationTransportUnix]: "true",
    [annotations.defaultContainer]: computeContainer,
    [annotations.defaultLogsContainer]: computeContainer,
    [annotations.memoryOverheadBytes]: String(memoryOverheadBytes(vmi.spec, config.emulated)),
  };
}

/** Those of the VMI that say something to whoever runs the pod, such as which addresses it wants. */
export function podAnnotations(vmi: VirtualMachineInstance): { readonly [key: string]: string } {
  return Object.fromEntries(Object.entries(vmi.metadata.annotations ?? {}).filter(([key]) => !notForPods.has(key)));
}
