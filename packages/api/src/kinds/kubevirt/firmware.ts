import { boolean, having, type Infer, notYet, object, oneOf, optional, string } from "../../schema.ts";

export const FirmwareACPI = object({
  msdmNameRef: optional(string({ description: "A Secret volume with an MSDM table (a Windows licence)." })),
  slicNameRef: optional(string({ description: "A Secret volume with a SLIC table (a Windows licence)." })),
});
export interface FirmwareACPI extends Infer<typeof FirmwareACPI> {}

export const BIOS = object({
  useSerial: optional(boolean({ description: "Show the BIOS's messages on the serial console." })),
});
export interface BIOS extends Infer<typeof BIOS> {}

export const EFI = object({
  persistent: optional(
    boolean({
      description: "Keep UEFI's variables when the machine is stopped and started.",
      ...notYet("UEFI's variables are made anew with every start"),
    }),
  ),
  secureBoot: optional(
    boolean({ description: "Run only what is signed; true on amd64 unless said otherwise. Needs features.smm." }),
  ),
});
export interface EFI extends Infer<typeof EFI> {}

export const Bootloader = object({
  bios: optional(having(BIOS, { description: "Legacy BIOS: the default on amd64.", presence: true })),
  efi: optional(having(EFI, { description: "UEFI.", presence: true })),
});
export interface Bootloader extends Infer<typeof Bootloader> {}

export const KernelBootContainer = object({
  image: string({ description: "Image that holds the kernel." }),
  imagePullPolicy: optional(oneOf(["Always", "IfNotPresent", "Never"], { description: "When to pull the image." })),
  imagePullSecret: optional(string({ description: "Secret with the registry's credentials." })),
  initrdPath: optional(string({ description: "The initial RAM disk, inside the image." })),
  kernelPath: optional(string({ description: "The kernel, inside the image." })),
});
export interface KernelBootContainer extends Infer<typeof KernelBootContainer> {}

export const KernelBoot = object({
  container: optional(having(KernelBootContainer, { description: "Where the kernel comes from." })),
  kernelArgs: optional(string({ description: "The kernel's command line." })),
});
export interface KernelBoot extends Infer<typeof KernelBoot> {}

/** What runs before the operating system, and how the machine identifies itself. */
export const Firmware = object({
  acpi: optional(
    having(FirmwareACPI, {
      description: "Further ACPI tables.",
      ...notYet("ACPI tables cannot be taken from Secrets yet"),
    }),
  ),
  bootloader: optional(having(Bootloader, { description: "BIOS or UEFI." })),
  kernelBoot: optional(
    having(KernelBoot, {
      description: "Start a kernel without any boot loader.",
      ...notYet("kernels cannot be booted directly yet; boot from a disk"),
    }),
  ),
  serial: optional(string({ description: "Serial number of the system (SMBIOS type 1)." })),
  uuid: optional(string({ description: "UUID of the system; given at creation and kept, unless set." })),
});
export interface Firmware extends Infer<typeof Firmware> {}
