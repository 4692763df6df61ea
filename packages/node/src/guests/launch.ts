import type { Domain } from "@peapod/qemu";
import type { Launch } from "@peapod/qemu/node";
import type { PreparedDisk } from "@peapod/storage";
import type { Sandbox } from "../sandbox/types.ts";

/** Where and as whom a guest's QEMU runs, and the files it gets to see: those of its domain and what they stand on. */
export function launchOf(sandbox: Sandbox, domain: Domain, disks: readonly PreparedDisk[], qemuPath: string): Launch {
  const own = domain.disks.flatMap(({ image, readOnly }) => (image ? [{ path: image.path, readOnly }] : []));
  const backing = disks.flatMap(({ backingPaths }) => backingPaths.map((path) => ({ path, readOnly: true })));
  const firmware =
    domain.firmware.type === "uefi"
      ? [
          { path: domain.firmware.codePath, readOnly: true },
          { path: domain.firmware.varsPath, readOnly: false },
        ]
      : [];
  return {
    qemuPath,
    runDir: sandbox.runDir,
    uid: sandbox.uid,
    gid: sandbox.gid,
    netnsPath: sandbox.netnsPath,
    cgroupPaths: sandbox.cgroupPaths,
    files: once([...own, ...backing, ...firmware]),
    devices: [
      ...(domain.nics.some(({ backend }) => backend.type === "tap") ? (["tun"] as const) : []),
      ...(domain.machine.accelerator.type === "kvm" ? (["kvm"] as const) : []),
    ],
  };
}

/** Two guests' disks may stand on one image; a path is mounted once, writable if anything writes to it. */
function once(files: Launch["files"]): Launch["files"] {
  const paths = new Map<string, boolean>();
  for (const { path, readOnly } of files) paths.set(path, (paths.get(path) ?? true) && readOnly);
  return [...paths].map(([path, readOnly]) => ({ path, readOnly }));
}
