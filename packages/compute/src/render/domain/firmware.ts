import type { VirtualMachineInstanceSpec } from "@peapod/api";
import { InvalidSpecError } from "@peapod/machinery";
import type { DomainFirmware } from "@peapod/qemu";
import type { DomainPaths, NodeFacts } from "./facts.ts";

/** Long enough to press a key in the boot menu of a guest that starts paused, as upstream. */
const pausedBootMenuMs = 10_000;

export function renderFirmware(spec: VirtualMachineInstanceSpec, node: NodeFacts, paths: DomainPaths): DomainFirmware {
  const { bootloader } = spec.domain.firmware ?? {};
  if (!bootloader?.efi) {
    return {
      type: "bios",
      useSerial: bootloader?.bios?.useSerial === true,
      ...(spec.startStrategy === "Paused" && { bootMenuMs: pausedBootMenuMs }),
    };
  }
  const secureBoot = bootloader.efi.secureBoot ?? node.architecture === "amd64";
  return { type: "uefi", codePath: uefiFirmware(secureBoot, node).codePath, varsPath: paths.uefiVars, secureBoot };
}

/**
 * The firmware files a UEFI guest starts from; the node copies `varsTemplatePath` to the guest's own variables.
 *
 * @throws {InvalidSpecError} when this node has none
 */
export function uefiFirmware(secureBoot: boolean, node: NodeFacts): NonNullable<NodeFacts["uefi"]> {
  const files = secureBoot ? node.uefiSecureBoot : node.uefi;
  if (files) return files;
  throw new InvalidSpecError(
    `Cannot boot with ${secureBoot ? "secure-boot " : ""}UEFI on node "${node.name}": it has no such firmware`,
    {
      path: secureBoot ? "spec.domain.firmware.bootloader.efi.secureBoot" : "spec.domain.firmware.bootloader.efi",
      advice:
        secureBoot && node.uefi
          ? "Set secureBoot to false, or install the secure-boot build of OVMF on the node"
          : "Install OVMF on the node (Debian's package is named ovmf)",
    },
  );
}

/** Whether this guest asks for UEFI, and for which of the two. */
export function wantsUefi(
  spec: VirtualMachineInstanceSpec,
  architecture: NodeFacts["architecture"],
): false | { readonly secureBoot: boolean } {
  const efi = spec.domain.firmware?.bootloader?.efi;
  return efi ? { secureBoot: efi.secureBoot ?? architecture === "amd64" } : false;
}
