import { type Infer, object, optional, string } from "../../schema.ts";
import { PersistentVolumeClaimInfo } from "./persistent-volume-claim-info.ts";

export const MigratedVolume = object({
  destinationPVCInfo: optional(PersistentVolumeClaimInfo),
  sourcePVCInfo: optional(PersistentVolumeClaimInfo),
  volumeName: string(),
});
export interface MigratedVolume extends Infer<typeof MigratedVolume> {}
