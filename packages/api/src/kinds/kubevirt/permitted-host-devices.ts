import { boolean, type Infer, listAtomic, map, object, optional, string } from "../../schema.ts";

export const MediatedDevicesConfiguration = object({
  enabled: optional(boolean()),
  mediatedDeviceTypes: optional(listAtomic(string())),
  mediatedDevicesTypes: optional(listAtomic(string())),
  nodeMediatedDeviceTypes: optional(
    listAtomic(
      object({
        mediatedDeviceTypes: optional(listAtomic(string())),
        mediatedDevicesTypes: optional(listAtomic(string())),
        nodeSelector: map(string()),
      }),
    ),
  ),
});
export interface MediatedDevicesConfiguration extends Infer<typeof MediatedDevicesConfiguration> {}

export const MediatedHostDevice = object({
  externalResourceProvider: optional(boolean()),
  mdevNameSelector: string(),
  resourceName: string(),
});
export interface MediatedHostDevice extends Infer<typeof MediatedHostDevice> {}

export const PciHostDevice = object({
  externalResourceProvider: optional(boolean()),
  pciVendorSelector: string(),
  resourceName: string(),
});
export interface PciHostDevice extends Infer<typeof PciHostDevice> {}

export const USBHostDevice = object({
  externalResourceProvider: optional(boolean()),
  resourceName: string(),
  selectors: optional(
    listAtomic(
      object({
        product: string(),
        vendor: string(),
      }),
    ),
  ),
});
export interface USBHostDevice extends Infer<typeof USBHostDevice> {}

export const PermittedHostDevices = object({
  mediatedDevices: optional(listAtomic(MediatedHostDevice)),
  pciHostDevices: optional(listAtomic(PciHostDevice)),
  usb: optional(listAtomic(USBHostDevice)),
});
export interface PermittedHostDevices extends Infer<typeof PermittedHostDevices> {}
