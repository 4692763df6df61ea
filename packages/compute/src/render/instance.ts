import type { ObjectMeta, VirtualMachine, VirtualMachineInstance, VirtualMachineInstanceSpec } from "@peapod/api";
import { apiVersionOf, VirtualMachineInstance as VirtualMachineInstanceKind } from "@peapod/api";
import { firmwareUuid } from "../identity/firmware-uuid.ts";
import { annotations, finalizers } from "../names.ts";
import { controllerReference } from "./owner.ts";

export interface InstanceOptions {
  /** From a start request that asked for it. */
  readonly startPaused?: boolean | undefined;
}

/**
 * One run of a VM: the template with the VM's name, so that a second one meets a conflict, and what ties the run to its VM: owner,
 * the generation it was made from, the revision that holds the spec it was made from, and a finalizer that keeps it until the VM's
 * controller has seen how it ended. Defaults and the first phase are admission's.
 */
export function renderInstance(vm: VirtualMachine, options: InstanceOptions = {}): VirtualMachineInstance {
  const template = vm.spec.template;
  return {
    apiVersion: apiVersionOf(VirtualMachineInstanceKind),
    kind: VirtualMachineInstanceKind.kind,
    metadata: {
      name: vm.metadata.name,
      namespace: vm.metadata.namespace,
      ...(template.metadata?.labels && { labels: template.metadata.labels }),
      annotations: {
        ...template.metadata?.annotations,
        [annotations.vmGeneration]: String(vm.metadata.generation ?? 0),
      },
      ownerReferences: [controllerReference(vm)],
      finalizers: [finalizers.virtualMachine, finalizers.instance],
    } satisfies ObjectMeta,
    spec: renderInstanceSpec(vm, options.startPaused === true),
    status: { virtualMachineRevisionName: revisionName(vm) },
  };
}

/** The ControllerRevision that keeps the spec a run was made from. */
export function revisionName(vm: VirtualMachine): string {
  return `revision-start-vm-${vm.metadata.uid}-${vm.metadata.generation ?? 0}`;
}

function renderInstanceSpec(vm: VirtualMachine, startPaused: boolean): VirtualMachineInstanceSpec {
  const spec = vm.spec.template.spec ?? { domain: { devices: {} } };
  const uuid = spec.domain.firmware?.uuid || firmwareUuid(vm.metadata.name ?? "");
  return {
    ...spec,
    ...(startPaused && { startStrategy: "Paused" }),
    domain: { ...spec.domain, firmware: { ...spec.domain.firmware, uuid } },
  };
}
