import { guestHostname } from "../../guest/hostname.ts";
import { guestUuid } from "../../guest/uuid.ts";
import type { CloudInitInputs, SeedFiles } from "./index.ts";
import type { SeedData } from "./source.ts";

const folder = "openstack/latest";

/** @see https://docs.openstack.org/nova/latest/user/metadata.html — `uuid` is what cloud-init requires and takes as instance id */
export function renderConfigDrive(inputs: CloudInitInputs, data: SeedData, publicKeys: readonly string[]): SeedFiles {
  const { metadata } = inputs.vmi;
  const devices = taggedDevices(inputs);
  const metaData = {
    uuid: guestUuid(inputs.vmi),
    instance_id: `${metadata.name}.${metadata.namespace}`,
    hostname: guestHostname(inputs.vmi),
    local_hostname: guestHostname(inputs.vmi),
    ...(devices.length > 0 && { devices }),
    ...(publicKeys.length > 0 && { public_keys: Object.fromEntries(publicKeys.entries()) }),
  };
  return {
    label: "config-2",
    files: [
      { path: `${folder}/meta_data.json`, content: JSON.stringify(metaData) },
      { path: `${folder}/user_data`, content: data.userData ?? "" },
      ...(data.networkData === undefined ? [] : [{ path: `${folder}/network_data.json`, content: data.networkData }]),
    ],
  };
}

/** Devices that the manifest gave a tag, so that software in the guest can tell them apart. */
function taggedDevices({ vmi, interfaces = [] }: CloudInitInputs): readonly object[] {
  const { disks = [], interfaces: nics = [] } = vmi.spec.domain.devices;
  const tagged = nics.flatMap(({ name, tag }) => {
    const seen = interfaces.find((nic) => nic.name === name);
    if (!tag) return [];
    const address = seen?.pciAddress && { address: seen.pciAddress };
    return [{ type: "nic", bus: "pci", ...address, ...(seen && { mac: seen.mac }), tags: [tag] }];
  });
  const taggedDisks = disks.flatMap(({ tag, serial, disk }) => {
    if (!tag) return [];
    const bus = disk?.bus === "virtio" ? "pci" : disk?.bus;
    return [{ type: "disk", ...(bus && { bus }), ...(serial && { serial }), tags: [tag] }];
  });
  return [...tagged, ...taggedDisks];
}
