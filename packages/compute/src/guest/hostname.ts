import type { VirtualMachineInstance } from "@peapod/api";

/** The name that DHCP and cloud-init give the guest: `spec.hostname`, else the VMI's name up to its first dot, 63 characters. */
export function guestHostname(vmi: Pick<VirtualMachineInstance, "metadata" | "spec">): string {
  const name = vmi.spec.hostname || vmi.metadata.name || "";
  return (name.split(".")[0] ?? "").slice(0, 63);
}
