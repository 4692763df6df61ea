import type { VirtualMachineInstance } from "@peapod/api";

/**
 * What SMBIOS says, QMP's `query-uuid` answers and cloud-init takes for "this is the machine I have already set up": the manifest's
 * firmware UUID, which stays over the restarts of a VM, else the VMI's own uid.
 */
export function guestUuid(vmi: Pick<VirtualMachineInstance, "metadata" | "spec">): string {
  return vmi.spec.domain.firmware?.uuid || vmi.metadata.uid || "";
}
