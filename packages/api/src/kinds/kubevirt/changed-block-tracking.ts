import { boolean, type Infer, listAtomic, object, optional, string, timestamp } from "../../schema.ts";

export const ChangedBlockTrackingStatus = object({
  backupStatus: optional(
    object({
      backupMsg: optional(string()),
      backupName: optional(string()),
      checkpointName: optional(string()),
      completed: optional(boolean()),
      endTimestamp: optional(timestamp()),
      failed: optional(boolean()),
      quiesceStatus: optional(string()),
      startTimestamp: optional(timestamp()),
      volumes: optional(
        listAtomic(
          object({
            volumeName: string(),
          }),
        ),
      ),
    }),
  ),
  state: string(),
});
export interface ChangedBlockTrackingStatus extends Infer<typeof ChangedBlockTrackingStatus> {}
