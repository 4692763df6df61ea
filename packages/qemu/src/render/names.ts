/**
 * QEMU's names for the parts of a domain, made from the names in the spec, so that a device is found again without a table.
 * Device ids: `disk-<name>`, `nic-<name>`, `input-<name>`; backends: `net-<name>`; fixed devices: the constants below.
 */
export const deviceIds = {
  guestAgent: "guest-agent0",
  virtioSerial: "virtio-serial0",
  scsi: "scsi0",
  usb: "usb0",
  balloon: "balloon0",
  rng: "rng0",
  video: "video0",
  panic: "panic0",
  watchdog: "watchdog0",
  serial: "serial0",
} as const;

export function diskDeviceId(diskName: string): string {
  return `disk-${diskName}`;
}

export function nicDeviceId(nicName: string): string {
  return `nic-${nicName}`;
}

export function nicBackendId(nicName: string): string {
  return `net-${nicName}`;
}

export function inputDeviceId(inputName: string): string {
  return `input-${inputName}`;
}

export function rootPortId(port: number): string {
  return `rp${port}`;
}

/**
 * Block node of a disk: the disk's own name where QEMU allows it. Node names are at most 31 characters, begin with a letter and
 * hold letters, digits, `-._`; any other name is shortened and told apart by a hash of the whole.
 */
export function diskNodeName(diskName: string): string {
  if (diskName.length <= longestNode && /^[A-Za-z][A-Za-z0-9._-]*$/.test(diskName)) return diskName;
  const readable = diskName.replaceAll(/[^A-Za-z0-9._-]/g, "_").slice(0, longestNode - 10);
  return `d${readable}-${fnv1a(diskName)}`;
}

/** Node of the file below a disk's format node. */
export function diskFileNodeName(diskName: string): string {
  return `${diskNodeName(diskName)}${fileSuffix}`;
}

const fileSuffix = "-file";
const longestNode = 31 - fileSuffix.length;

/** 32-bit FNV-1a as eight hex digits: no secret, only a short name for a long one. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash ^= character.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
