import { type Infer, listAtomic, object, optional, string } from "../../schema.ts";
import { Disk } from "./disk.ts";
import { ClaimVolumeSource, DataVolumeVolumeSource } from "./volume-source.ts";

export const AddVolumeOptions = object({
  disk: Disk,
  dryRun: optional(listAtomic(string())),
  name: string(),
  volumeSource: object({
    dataVolume: optional(DataVolumeVolumeSource),
    persistentVolumeClaim: optional(ClaimVolumeSource),
  }),
});
export interface AddVolumeOptions extends Infer<typeof AddVolumeOptions> {}

export const RemoveVolumeOptions = object({
  dryRun: optional(listAtomic(string())),
  name: string(),
});
export interface RemoveVolumeOptions extends Infer<typeof RemoveVolumeOptions> {}

export const VolumeRequest = object({
  addVolumeOptions: optional(AddVolumeOptions),
  removeVolumeOptions: optional(RemoveVolumeOptions),
});
export interface VolumeRequest extends Infer<typeof VolumeRequest> {}
