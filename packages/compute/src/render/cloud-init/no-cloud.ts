import type { VirtualMachineInstance } from "@peapod/api";
import { guestHostname } from "../../guest/hostname.ts";
import { guestUuid } from "../../guest/uuid.ts";
import type { SeedFiles } from "./index.ts";
import type { SeedData } from "./source.ts";

/** @see https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html — user-data must exist, empty if need be */
export function renderNoCloud(vmi: VirtualMachineInstance, data: SeedData, publicKeys: readonly string[]): SeedFiles {
  const metaData = {
    "instance-id": guestUuid(vmi),
    "local-hostname": guestHostname(vmi),
    ...(publicKeys.length > 0 && { "public-keys": Object.fromEntries(publicKeys.entries()) }),
  };
  return {
    label: "cidata",
    files: [
      { path: "meta-data", content: JSON.stringify(metaData) },
      { path: "user-data", content: data.userData ?? "" },
      ...(data.networkData === undefined ? [] : [{ path: "network-config", content: data.networkData }]),
    ],
  };
}
