import { boolean, type Infer, object, oneOf, optional, string } from "../../schema.ts";

export const FirmwareACPI = object({
  msdmNameRef: optional(string()),
  slicNameRef: optional(string()),
});
export interface FirmwareACPI extends Infer<typeof FirmwareACPI> {}

export const BIOS = object({
  useSerial: optional(boolean()),
});
export interface BIOS extends Infer<typeof BIOS> {}

export const EFI = object({
  persistent: optional(boolean()),
  secureBoot: optional(boolean()),
});
export interface EFI extends Infer<typeof EFI> {}

export const Bootloader = object({
  bios: optional(BIOS),
  efi: optional(EFI),
});
export interface Bootloader extends Infer<typeof Bootloader> {}

export const KernelBootContainer = object({
  image: string(),
  imagePullPolicy: optional(oneOf(["Always", "IfNotPresent", "Never"])),
  imagePullSecret: optional(string()),
  initrdPath: optional(string()),
  kernelPath: optional(string()),
});
export interface KernelBootContainer extends Infer<typeof KernelBootContainer> {}

export const KernelBoot = object({
  container: optional(KernelBootContainer),
  kernelArgs: optional(string()),
});
export interface KernelBoot extends Infer<typeof KernelBoot> {}

export const Firmware = object({
  acpi: optional(FirmwareACPI),
  bootloader: optional(Bootloader),
  kernelBoot: optional(KernelBoot),
  serial: optional(string()),
  uuid: optional(string()),
});
export interface Firmware extends Infer<typeof Firmware> {}
