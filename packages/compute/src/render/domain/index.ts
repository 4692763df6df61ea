import type { VirtualMachineInstance } from "@peapod/api";
import type { Attachment } from "@peapod/network";
import type { Domain } from "@peapod/qemu";
import type { PreparedDisk } from "@peapod/storage";
import { cpuTopology } from "../../guest/cpu-topology.ts";
import { guestMemoryBytes } from "../../guest/memory.ts";
import { guestUuid } from "../../guest/uuid.ts";
import { annotations } from "../../names.ts";
import { renderClock } from "./clock.ts";
import { renderCpu } from "./cpu.ts";
import { renderDevices } from "./devices.ts";
import { renderDisks } from "./disks.ts";
import type { DomainPaths, NodeFacts, SmbiosConfig } from "./facts.ts";
import { renderFirmware } from "./firmware.ts";
import { renderMachine } from "./machine.ts";
import { renderNics } from "./nics.ts";
import { spareRootPorts } from "./root-ports.ts";
import { renderSmbios } from "./smbios.ts";

export interface DomainInputs {
  readonly vmi: VirtualMachineInstance;
  readonly attachments: readonly Attachment[];
  readonly disks: readonly PreparedDisk[];
  readonly node: NodeFacts;
  readonly paths: DomainPaths;
  readonly smbios?: SmbiosConfig | undefined;
}

/**
 * Everything QEMU has to know of one guest, from what was asked for and what the node made ready. The same inputs give the same
 * domain, so an adopted guest can be compared with what it would be started with today.
 *
 * @throws {InvalidSpecError} when this node cannot give the guest what its manifest asks for
 * @throws {Error} when a disk or an attachment that the manifest names was not made ready
 */
export function renderDomain({ vmi, attachments, disks, node, paths, smbios }: DomainInputs): Domain {
  const { metadata, spec } = vmi;
  const memoryBytes = guestMemoryBytes(spec);
  const nics = renderNics(spec.domain.devices.interfaces ?? [], attachments, node);
  const domainDisks = renderDisks(vmi, disks, node);
  const devices = renderDevices(spec, {
    architecture: node.architecture,
    runDir: paths.runDir,
    freePageReporting: metadata.annotations?.[annotations.freePageReportingDisabled] !== "true",
  });
  return {
    formatVersion: 1,
    uuid: guestUuid(vmi),
    name: `${metadata.namespace ?? "default"}_${metadata.name ?? ""}`,
    architecture: node.architecture,
    machine: renderMachine(spec, node, memoryBytes),
    cpu: { ...renderCpu(spec, node), ...cpuTopology(spec) },
    memory: { sizeBytes: memoryBytes },
    firmware: renderFirmware(spec, node, paths),
    smbios: renderSmbios(spec, smbios),
    clock: renderClock(spec.domain.clock),
    disks: domainDisks,
    nics,
    ...devices,
    monitors: [
      { id: "qmp0", socketPath: `${paths.runDir}/qmp0.sock` },
      { id: "qmp1", socketPath: `${paths.runDir}/qmp1.sock` },
    ],
    spareRootPorts: spareRootPorts(spec, { disks: domainDisks, nics, devices, memoryBytes }),
    pidFile: `${paths.runDir}/qemu.pid`,
  };
}
