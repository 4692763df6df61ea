/** Drivers of the disks a machine can start from, and of the root's file system: in the initial RAM disk. */
export const bootModules = [
  ..."virtio_pci virtio_mmio virtio_blk virtio_scsi sd_mod ext4 crc32c_generic".split(" "),
  ..."ahci ata_piix xhci_pci usb-storage uas nvme".split(" "),
] as const;

/** Drivers of everything else that QEMU can give a guest: on the root. */
export const rootModules = [
  ..."virtio_net virtio_console virtio_balloon virtio-rng virtio_input virtio_mem virtio_pmem".split(" "),
  ..."e1000 e1000e igb ne2k-pci pcnet32 8139cp 8139too".split(" "),
  ..."sr_mod sg isofs udf vfat nls_utf8 nls_ascii nls_cp437 nls_iso8859-1 squashfs overlay loop dm-mod".split(" "),
  ..."9pnet_virtio 9p fuse virtiofs vmw_vsock_virtio_transport".split(" "),
  ..."button evdev usbhid hid-generic ehci-pci uhci_hcd".split(" "),
  ..."pvpanic-pci pvpanic-mmio i6300esb iTCO_wdt qemu_fw_cfg efivarfs rtc-cmos tpm_crb tpm_tis".split(" "),
  ..."bochs cirrus virtio-gpu".split(" "),
] as const;

/**
 * Picks modules with all they depend on.
 *
 * @param dependencies  the text of `modules.dep`: `path: path path …`, the modules depended upon
 * @param builtin  the text of `modules.builtin`: what the kernel holds already
 * @param names  with `-` or `_`
 * @returns paths relative to the folder of the kernel's modules, each once, after those it depends on
 * @throws {Error} naming every module that this kernel does not have
 */
export function pickModules(dependencies: string, builtin: string, names: readonly string[]): readonly string[] {
  const byName = new Map<string, { readonly path: string; readonly needs: readonly string[] }>();
  for (const line of dependencies.split("\n")) {
    const [path, needs] = line.split(":");
    if (!path || needs === undefined) continue;
    byName.set(moduleName(path), { path, needs: needs.split(" ").filter((one) => one !== "") });
  }
  const held = new Set(builtin.split("\n").map(moduleName));
  const missing = names.filter((name) => !byName.has(moduleName(name)) && !held.has(moduleName(name)));
  if (missing.length > 0) throw new Error(`Cannot find these drivers in the kernel's package: ${missing.join(", ")}`);
  const picked = new Set<string>();
  const pick = (name: string): void => {
    const module = byName.get(moduleName(name));
    if (!module || picked.has(module.path)) return;
    for (const need of module.needs) pick(need);
    picked.add(module.path);
  };
  for (const name of names) pick(name);
  return [...picked];
}

function moduleName(path: string): string {
  const file = path.slice(path.lastIndexOf("/") + 1);
  return file.replace(/\.ko(\.\w+)?$/, "").replaceAll("-", "_");
}
