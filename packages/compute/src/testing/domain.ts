import type { VirtualMachineInstanceSpec } from "@peapod/api";
import type { Attachment } from "@peapod/network";
import type { Domain } from "@peapod/qemu";
import type { PreparedDisk } from "@peapod/storage";
import type { NodeFacts } from "../render/domain/facts.ts";
import { type DomainInputs, renderDomain } from "../render/domain/index.ts";
import { instance } from "./builders.ts";

export const node: NodeFacts = {
  name: "n1",
  architecture: "amd64",
  accelerator: "tcg",
  qemuVersion: "7.2.22",
  directIo: true,
  uefi: { codePath: "/usr/share/OVMF/OVMF_CODE_4M.fd", varsTemplatePath: "/usr/share/OVMF/OVMF_VARS_4M.fd" },
};
export const paths = { runDir: "/run/peapod/abc123/1", uefiVars: "/data/guests/1/vars.fd" };
export const attachment: Attachment = {
  name: "default",
  binding: "masquerade",
  podInterfaceName: "eth0",
  backend: { type: "tap", ifName: "tap0" },
  mac: "02:00:00:aa:bb:cc",
  mtu: 1450,
  ipAddresses: ["10.244.0.5"],
};
export const image = (volumeName: string, parts: Partial<PreparedDisk> = {}): PreparedDisk => ({
  volumeName,
  path: `/data/guests/1/${volumeName}.qcow2`,
  format: "qcow2",
  blockDevice: false,
  backingPaths: [],
  readOnly: false,
  virtualSizeBytes: 1,
  ...parts,
});

/** A small guest on that node, with nothing made ready but what is given. */
export function domain(spec: Partial<VirtualMachineInstanceSpec>, more: Partial<DomainInputs> = {}): Domain {
  const vmi = instance({ spec });
  return renderDomain({ vmi, attachments: [], disks: [], node, paths, ...more });
}
