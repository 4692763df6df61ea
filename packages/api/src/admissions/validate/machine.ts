import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { Problem } from "../../problem.ts";
import type { Installation } from "../installation.ts";
import { cause } from "./cause.ts";

const cpuPolicies = ["", "force", "require", "optional", "disable", "forbid"];

/** Machine type, CPU flags, boot loader and start strategy. */
export function validateMachine(spec: VirtualMachineInstanceSpec, path: string, installation: Installation): Problem[] {
  return [
    ...validateMachineType(spec, path, installation),
    ...validateCpuFeatures(spec, path),
    ...validateThreads(spec, path),
    ...validateFirmware(spec, `${path}.domain`),
    ...validateTimezone(spec, `${path}.domain.clock.timezone`),
    ...validateStartStrategy(spec, `${path}.startStrategy`, `${path}.livenessProbe`),
    ...validateEvictionStrategy(spec, `${path}.evictionStrategy`),
  ];
}

function validateMachineType(spec: VirtualMachineInstanceSpec, path: string, installation: Installation): Problem[] {
  const type = spec.domain.machine?.type;
  const patterns = installation.emulatedMachines(spec.architecture ?? "");
  if (!type || patterns.some((pattern) => matchesGlob(pattern, type))) return [];
  const field = `${path}.domain.machine.type`;
  return [cause(field, `${field} is not supported: ${type} (allowed values: [${patterns.join(" ")}])`)];
}

function validateCpuFeatures(spec: VirtualMachineInstanceSpec, path: string): Problem[] {
  return (spec.domain.cpu?.features ?? []).flatMap(({ name, policy }, index) =>
    cpuPolicies.includes(policy ?? "")
      ? []
      : [
          cause(
            `${path}.domain.cpu.features[${index}].policy`,
            `CPU feature ${name} uses policy ${policy} that is not supported.`,
          ),
        ],
  );
}

function validateThreads(spec: VirtualMachineInstanceSpec, path: string): Problem[] {
  const threads = spec.domain.cpu?.threads ?? 1;
  if (spec.architecture !== "arm64" || threads <= 1) return [];
  const [field, architecture] = [`${path}.domain.cpu.threads`, `${path}.architecture`];
  const sentence = `threads must not be greater than 1 at ${field} (got ${threads}) when ${architecture} is arm64`;
  return [cause(architecture, sentence)];
}

function validateFirmware({ domain, architecture }: VirtualMachineInstanceSpec, path: string): Problem[] {
  const { bios, efi } = domain.firmware?.bootloader ?? {};
  const field = `${path}.firmware.bootloader`;
  const problems: Problem[] = [];
  if (bios && efi) {
    problems.push(cause(field, `${field} has both EFI and BIOS configured, but they are mutually exclusive.`));
  }
  const isSecure = efi !== undefined && (efi.secureBoot ?? architecture !== "arm64");
  const hasSmm = domain.features?.smm !== undefined && domain.features.smm.enabled !== false;
  if (isSecure && !hasSmm) {
    const sentence = `${path} has EFI SecureBoot enabled. SecureBoot requires SMM, which is currently disabled.`;
    problems.push(cause(path, sentence));
  }
  return problems;
}

function validateTimezone({ domain }: VirtualMachineInstanceSpec, path: string): Problem[] {
  const timezone = domain.clock?.timezone;
  if (!timezone || isTimezone(timezone)) return [];
  return [cause(path, `Cannot use "${timezone}" as a time zone: name one of the IANA database, such as Europe/Berlin`)];
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false; // a RangeError is its only way to say so
  }
}

function validateStartStrategy(spec: VirtualMachineInstanceSpec, path: string, probePath: string): Problem[] {
  const { startStrategy } = spec;
  if (startStrategy === undefined) return [];
  if (startStrategy !== "Paused") return [cause(path, `${path} is set with an unrecognized option: ${startStrategy}`)];
  if (!spec.livenessProbe) return [];
  const sentence = `either ${path} or ${probePath} should be provided.Pausing VMI with LivenessProbe is not supported`;
  return [cause(path, sentence)];
}

function validateEvictionStrategy({ evictionStrategy }: VirtualMachineInstanceSpec, path: string): Problem[] {
  const known = ["None", "LiveMigrate", "LiveMigrateIfPossible", "External"];
  if (evictionStrategy === undefined || known.includes(evictionStrategy)) return [];
  return [cause(path, `${path} is set with an unrecognized option: ${evictionStrategy}`)];
}

/** `*` and `?` as in file names. */
function matchesGlob(pattern: string, text: string): boolean {
  const parts = [...pattern].map((character) =>
    character === "*" ? "[^/]*" : character === "?" ? "[^/]" : character.replace(/[^\w]/g, "\\$&"),
  );
  return new RegExp(`^${parts.join("")}$`).test(text);
}
