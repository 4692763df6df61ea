import type { ControllerRevision, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { createMergePatch, isJsonEqual } from "@peapod/machinery";
import { annotations } from "../../names.ts";
import type { InstancePatch } from "./facts.ts";

type Template = VirtualMachine["spec"]["template"];
type TemplateSpec = NonNullable<Template["spec"]>;

/** Where a running VMI may land next can change under it; all else of the spec is fixed when its QEMU starts. */
const liveFields = ["nodeSelector", "affinity", "tolerations"] as const satisfies readonly (keyof TemplateSpec)[];

/** The template that a VMI was made from, as its revision kept it. */
export function templateOf(revision: ControllerRevision | undefined): Template | undefined {
  const data = revision?.data as { readonly spec?: VirtualMachine["spec"] } | undefined; // only this controller writes it
  return data?.spec?.template;
}

/**
 * Why the running guest is not what the template says now; undefined where it is, or as soon as live updates arrive.
 *
 * @param isStaged  nothing is updated live here
 */
export function restartReason(
  vm: VirtualMachine,
  started: Template | undefined,
  isStaged: boolean,
): string | undefined {
  const before = started?.spec;
  const after = vm.spec.template.spec;
  if (isStaged) return before && after && !isJsonEqual(before, after) ? otherField : undefined;
  if (!before || !after || isJsonEqual(withoutLive(before), withoutLive(after))) return undefined;
  const { cpu: cpuBefore, memory: memoryBefore, ...domainBefore } = before.domain;
  const { cpu: cpuAfter, memory: memoryAfter, ...domainAfter } = after.domain;
  const isSameElsewhere = isJsonEqual(
    { ...withoutLive(before), domain: domainBefore },
    { ...withoutLive(after), domain: domainAfter },
  );
  const { sockets: socketsBefore = 1, ...cpuRestBefore } = cpuBefore ?? {};
  const { sockets: socketsAfter = 1, ...cpuRestAfter } = cpuAfter ?? {};
  const { guest: guestBefore, ...memoryRestBefore } = memoryBefore ?? {};
  const { guest: guestAfter, ...memoryRestAfter } = memoryAfter ?? {};
  if (!isSameElsewhere || !isJsonEqual([cpuRestBefore, memoryRestBefore], [cpuRestAfter, memoryRestAfter])) {
    return otherField;
  }
  if (socketsAfter < socketsBefore) return "Reduction of CPU socket count requires a restart";
  if (socketsAfter > socketsBefore) {
    return "CPU sockets updated in template spec to a value higher than what's available";
  }
  return isJsonEqual(guestBefore, guestAfter)
    ? undefined
    : "memory updated in template spec. Memory-hotplug is only available for migratable VMs";
}

const otherField = "a non-live-updatable field was changed in the template spec";

/** What the template changed since the VMI was made and the VMI can take while it runs; undefined where it has it all. */
export function liveUpdate(
  vm: VirtualMachine,
  vmi: VirtualMachineInstance,
  started: Template | undefined,
): InstancePatch | undefined {
  if (!started) return undefined;
  const wanted = vm.spec.template;
  const labels = changedKeys(started.metadata?.labels, wanted.metadata?.labels, vmi.metadata.labels);
  const notes = changedKeys(started.metadata?.annotations, wanted.metadata?.annotations, vmi.metadata.annotations);
  const spec = Object.fromEntries(
    liveFields
      .filter((field) => !isJsonEqual(started.spec?.[field], wanted.spec?.[field]))
      .filter((field) => !isJsonEqual(vmi.spec[field], wanted.spec?.[field]))
      .map((field) => [field, createMergePatch({ v: vmi.spec[field] }, { v: wanted.spec?.[field] })] as const)
      .map(([field, patch]) => [field, (patch as { readonly v: unknown }).v]),
  );
  const metadata = {
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(notes).length > 0 && { annotations: notes }),
  };
  const patch = {
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(Object.keys(spec).length > 0 && { spec }),
  };
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** Only keys that the template itself changed: what others put on the VMI is theirs. */
function changedKeys(
  started: Keys = {},
  wanted: Keys = {},
  present: Keys = {},
): { readonly [key: string]: string | null } {
  const keys = new Set([...Object.keys(started), ...Object.keys(wanted)]);
  return Object.fromEntries(
    [...keys]
      .filter((key) => key !== annotations.vmGeneration)
      .filter((key) => started[key] !== wanted[key] && present[key] !== wanted[key])
      .map((key) => [key, wanted[key] ?? null]),
  );
}

type Keys = { readonly [key: string]: string } | undefined;

function withoutLive(spec: TemplateSpec): Partial<TemplateSpec> {
  const { nodeSelector: _nodeSelector, affinity: _affinity, tolerations: _tolerations, ...rest } = spec;
  return rest;
}
