import type { Admission, AdmissionReview } from "../admission.ts";
import { deepEqual } from "../deep-equal.ts";
import { VirtualMachine, VirtualMachineSpec } from "../kinds/kubevirt/virtual-machine.ts";
import type { VirtualMachineInstanceSpec } from "../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { Problem } from "../problem.ts";
import { validateStructural } from "../structural/validate.ts";
import { findUnhonoured } from "../unhonoured.ts";
import { defaultSpec, supportsPcieHotplug, withMachineType } from "./defaults/spec.ts";
import { readInstallation } from "./installation.ts";
import { isOwnAccount } from "./own-accounts.ts";
import { withPciTopology } from "./pci-topology.ts";
import { randomUuid } from "./random-uuid.ts";
import { validateAddressing } from "./validate/addressing.ts";
import { cause } from "./validate/cause.ts";
import { validateInstanceMetadata, warnAboutAnnotations } from "./validate/metadata.ts";
import { warnAboutMissing } from "./validate/missing.ts";
import { validateSpec } from "./validate/spec.ts";
import { validateUnderlay } from "./validate/underlay.ts";

type Review = AdmissionReview<VirtualMachine>;

export const virtualMachineAdmission: Admission<VirtualMachine> = {
  kind: VirtualMachine,
  webhookName: "virtualmachine-validator.kubevirt.io",
  mutate,
  validate,
  warn,
};

function warn({ object: vm, operation, find, list }: Review): readonly string[] {
  if (operation === "DELETE") return [];
  const { spec } = vm;
  const context = { namespace: vm.metadata.namespace ?? "", metadata: spec.template.metadata ?? {}, find, list };
  return [
    ...(spec.running === undefined ? [] : ["spec.running is deprecated, please use spec.runStrategy instead."]),
    ...warnAboutAnnotations(spec.template.metadata ?? {}, "spec.template.metadata"),
    ...(spec.template.spec ? warnAboutMissing(spec.template.spec, context) : []),
  ];
}

const strategies = ["Halted", "Manual", "Always", "RerunOnFailure", "Once"];

/** What must stay the same from run to run is decided when the machine is made: identity, machine type, PCI layout. */
function mutate(review: Review): VirtualMachine {
  const { object: vm, operation } = review;
  if (vm.metadata.deletionTimestamp !== undefined || operation === "DELETE") return vm;
  // Mutation comes before validation: what does not fit the schema is left for that to refuse.
  if (validateStructural(VirtualMachine.schema, vm).length > 0) return vm;
  const { template } = vm.spec;
  if (!template.spec) return vm;
  const complete = withMachineType(template.spec, readInstallation(review));
  if (operation === "UPDATE") return withTemplate(vm, { ...template, spec: complete });
  const metadata = supportsPcieHotplug(complete) ? withPciTopology(template.metadata ?? {}) : template.metadata;
  return withTemplate(vm, { ...template, metadata, spec: withIdentity(complete, review.random) });
}

function withTemplate(vm: VirtualMachine, template: VirtualMachine["spec"]["template"]): VirtualMachine {
  return { ...vm, spec: { ...vm.spec, template } };
}

function withIdentity(spec: VirtualMachineInstanceSpec, random: () => number): VirtualMachineInstanceSpec {
  const { uuid, serial, ...firmware } = spec.domain.firmware ?? {};
  const identity = { uuid: uuid || randomUuid(random), serial: serial || randomUuid(random) };
  return { ...spec, domain: { ...spec.domain, firmware: { ...firmware, ...identity } } };
}

function validate(review: Review): readonly Problem[] {
  const { object: vm, oldObject, operation, user } = review;
  if (vm.metadata.deletionTimestamp !== undefined || operation === "DELETE") return [];
  // A machine that was admitted stays so: finalizers and status must be writable whatever the rules have become.
  if (oldObject && deepEqual(vm.spec, oldObject.spec)) return [];
  const { template, ...rest } = vm.spec;
  if (!template.spec) return [cause("spec.template.spec", "missing virtual machine template.", "FieldValueRequired")];
  const installation = readInstallation(review);
  const said = validateRunStrategy(vm.spec);
  const complete = defaultSpec(template.spec, installation);
  const context = { namespace: vm.metadata.namespace ?? "", metadata: template.metadata ?? {}, find: review.find };
  return [
    ...validateInstanceMetadata(template.metadata ?? {}, "spec.template.metadata", isOwnAccount(user)),
    ...validateSpec(complete, template.spec, "spec.template.spec", installation),
    ...validateAddressing(complete, context.metadata, "spec.template.metadata"),
    ...validateUnderlay(template.spec, "spec.template.spec", context),
    ...said,
    ...findUnhonoured(VirtualMachineSpec, rest, "spec").filter(({ path }) => !said.some((one) => one.path === path)),
  ];
}

function validateRunStrategy({ running, runStrategy }: VirtualMachineSpec): Problem[] {
  const problems: Problem[] = [];
  if (running !== undefined && runStrategy !== undefined) {
    const sentence =
      "Running and RunStrategy are mutually exclusive. Note that Running is deprecated, please use RunStrategy instead";
    problems.push(cause("spec.running", sentence));
  }
  if (running === undefined && runStrategy === undefined) {
    problems.push(cause("spec.running", "RunStrategy must be specified"));
  }
  if (runStrategy === "WaitAsReceiver") {
    const gate = "DecentralizedLiveMigration feature gate is not enabled in kubevirt resource";
    problems.push(cause("spec.runStrategy", `Invalid RunStrategy (${runStrategy}), ${gate}`));
  } else if (runStrategy !== undefined && !strategies.includes(runStrategy)) {
    problems.push(cause("spec.runStrategy", `Invalid RunStrategy (${runStrategy})`));
  }
  return problems;
}
