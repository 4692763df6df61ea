/** Vendors of which QEMU shows any device: virtio, Red Hat, its own VGA, Cirrus, Realtek, AMD. */
const emulatedVendors = new Set(["1AF4", "1B36", "1234", "1013", "10EC", "1022"]);
/** Intel's devices among what QEMU shows: e1000 and its kin, AHCI, PIIX, LPC, watchdog. */
const emulatedIntel = new Set(
  "1004 100E 100F 10D3 10C9 10CA 2922 2918 2930 7000 7010 7020 7110 7111 7113 25AB".split(" "),
);

/**
 * Leaves of `modules.alias` what an emulated machine can ask for: drivers name hundreds of devices each, and each lookup reads all.
 * Aliases by class stay, so that a device not thought of here is still found.
 *
 * @param text  lines `alias PATTERN MODULE`
 */
export function trimAliases(text: string): string {
  return text
    .split("\n")
    .filter((line) => {
      if (/^alias usb:v[0-9A-F]{4}/.test(line)) return false;
      const pci = /^alias pci:v0000([0-9A-F]{4})d0000([0-9A-F]{4})/.exec(line);
      if (!pci) return true;
      const [, vendor = "", device = ""] = pci;
      return emulatedVendors.has(vendor) || (vendor === "8086" && emulatedIntel.has(device));
    })
    .join("\n");
}

const signatureMark = Buffer.from("~Module signature appended~\n");

/**
 * Cuts the signature off a driver: checking it takes an emulated CPU longer than loading the driver, and nothing here relies
 * on it. The kernel then notes itself as tainted.
 *
 * @see https://docs.kernel.org/admin-guide/module-signing.html
 */
export function withoutSignature(module: Buffer): Buffer {
  const markAt = module.length - signatureMark.length;
  if (markAt < 12 || !module.subarray(markAt).equals(signatureMark)) return module;
  // struct module_signature: 8 bytes of kinds and lengths, then the signature's own length, big-endian
  return module.subarray(0, markAt - 12 - module.readUInt32BE(markAt - 4));
}
