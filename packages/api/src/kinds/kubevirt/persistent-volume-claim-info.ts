import { boolean, type Infer, listAtomic, map, object, oneOf, optional, quantity, string } from "../../schema.ts";

export const PersistentVolumeClaimInfo = object({
  accessModes: optional(listAtomic(oneOf(["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]))),
  capacity: optional(map(quantity())),
  claimName: optional(string()),
  filesystemOverhead: optional(string()),
  preallocated: optional(boolean()),
  requests: optional(map(quantity())),
  volumeMode: optional(oneOf(["Block", "Filesystem", "FromStorageProfile"])),
});
export interface PersistentVolumeClaimInfo extends Infer<typeof PersistentVolumeClaimInfo> {}
