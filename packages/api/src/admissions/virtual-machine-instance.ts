import type { Admission, AdmissionReview } from "../admission.ts";
import { deepEqual } from "../deep-equal.ts";
import { VirtualMachineInstance } from "../kinds/kubevirt/virtual-machine-instance.ts";
import type { VirtualMachineInstanceSpec } from "../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { VirtualMachineInstanceStatus } from "../kinds/kubevirt/virtual-machine-instance-status.ts";
import type { Problem } from "../problem.ts";
import { validateStructural } from "../structural/validate.ts";
import { withDefaultDiskTargets } from "./defaults/disks.ts";
import { withDefaultCpuModel } from "./defaults/resources.ts";
import { defaultSpec, supportsPcieHotplug } from "./defaults/spec.ts";
import { withSwitches } from "./defaults/switches.ts";
import { type Installation, readInstallation } from "./installation.ts";
import { isOwnAccount } from "./own-accounts.ts";
import { withPciTopology } from "./pci-topology.ts";
import { randomUuid } from "./random-uuid.ts";
import { validateAddressing } from "./validate/addressing.ts";
import { cause } from "./validate/cause.ts";
import { reservedLabels, validateInstanceMetadata, warnAboutAnnotations } from "./validate/metadata.ts";
import { validateMemoryIsAsked } from "./validate/resources.ts";
import { validateSpec } from "./validate/spec.ts";
import { validateUnderlay } from "./validate/underlay.ts";

type Review = AdmissionReview<VirtualMachineInstance>;

/** Held until the guest and its pod are gone. */
const finalizer = "kubevirt.io/foregroundDeleteVirtualMachine";

export const virtualMachineInstanceCreation: Admission<VirtualMachineInstance> = {
  kind: VirtualMachineInstance,
  webhookName: "virtualmachineinstances-create-validator.kubevirt.io",
  mutate: (review) => (review.operation === "CREATE" ? complete(review) : review.object),
  validate: (review) => (review.operation === "CREATE" ? validateCreation(review) : []),
  warn: ({ object, operation }) => (operation === "CREATE" ? warnAboutAnnotations(object.metadata, "metadata") : []),
};

export const virtualMachineInstanceUpdate: Admission<VirtualMachineInstance> = {
  kind: VirtualMachineInstance,
  webhookName: "virtualmachineinstances-update-validator.kubevirt.io",
  mutate: (review) => (review.operation === "UPDATE" ? withoutForeignStatus(review) : review.object),
  validate: (review) => (review.operation === "UPDATE" ? validateUpdate(review) : []),
};

/** An instance holds every choice that was left open, for it shows what runs. */
function complete(review: Review): VirtualMachineInstance {
  const { object: vmi } = review;
  if (validateStructural(VirtualMachineInstance.schema, vmi).length > 0) return vmi;
  const spec = completeSpec(vmi.spec, readInstallation(review), review.random);
  const metadata = supportsPcieHotplug(spec) ? withPciTopology(vmi.metadata) : vmi.metadata;
  const finalizers = metadata.finalizers ?? [];
  return {
    ...vmi,
    metadata: { ...metadata, finalizers: finalizers.includes(finalizer) ? finalizers : [...finalizers, finalizer] },
    spec,
    status: firstStatus(vmi, spec, review.now),
  };
}

function completeSpec(
  given: VirtualMachineInstanceSpec,
  installation: Installation,
  random: () => number,
): VirtualMachineInstanceSpec {
  const spec = withDefaultCpuModel(
    withSwitches(withDefaultDiskTargets(defaultSpec(given, installation))),
    installation,
  );
  const firmware = { ...spec.domain.firmware, uuid: spec.domain.firmware?.uuid || randomUuid(random) };
  return { ...spec, domain: { ...spec.domain, firmware } };
}

function firstStatus(
  { status = {} }: VirtualMachineInstance,
  { domain }: VirtualMachineInstanceSpec,
  now: Date,
): VirtualMachineInstanceStatus {
  const { sockets = 1, cores = 1, threads = 1 } = domain.cpu ?? {};
  const guest = domain.memory?.guest;
  const phaseTransitionTimestamp = `${now.toISOString().slice(0, 19)}Z`;
  return {
    ...status,
    phase: "Pending",
    phaseTransitionTimestamps: [
      ...(status.phaseTransitionTimestamps ?? []),
      { phase: "Pending", phaseTransitionTimestamp },
    ],
    currentCPUTopology: status.currentCPUTopology ?? { sockets, cores, threads },
    ...(guest !== undefined && { memory: { guestAtBoot: guest, guestCurrent: guest, guestRequested: guest } }),
  };
}

/** There is no status subresource: what others than our own accounts write there is dropped. */
function withoutForeignStatus({ object, oldObject, user }: Review): VirtualMachineInstance {
  if (!oldObject || isOwnAccount(user) || deepEqual(object.status, oldObject.status)) return object;
  const { status: _, ...rest } = object;
  return { ...rest, ...(oldObject.status && { status: oldObject.status }) };
}

function validateCreation(review: Review): readonly Problem[] {
  const { object: vmi, user } = review;
  const { namespace = "" } = vmi.metadata;
  const installation = readInstallation(review);
  return [
    ...validateSpec(vmi.spec, vmi.spec, "spec", installation),
    ...validateMemoryIsAsked(vmi.spec, "spec"),
    ...validateAddressing(vmi.spec, vmi.metadata, "metadata"),
    ...validateUnderlay(vmi.spec, "spec", { namespace, metadata: vmi.metadata, find: review.find }),
    ...validateInstanceMetadata(vmi.metadata, "metadata", isOwnAccount(user)),
  ];
}

function validateUpdate({ object, oldObject, user }: Review): readonly Problem[] {
  if (!oldObject || isOwnAccount(user)) return [];
  if (!deepEqual(object.spec, oldObject.spec)) {
    return [cause("spec", "update of VMI object is restricted", "FieldValueNotSupported")];
  }
  if (!deepEqual(reservedLabels(object.metadata), reservedLabels(oldObject.metadata))) {
    const sentence = "modification of the following reserved kubevirt.io/ labels on a VMI object is prohibited";
    return [cause("metadata.labels", sentence, "FieldValueNotSupported")];
  }
  return [];
}
