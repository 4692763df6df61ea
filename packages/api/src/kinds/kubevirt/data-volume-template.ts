import { ObjectMeta } from "../../meta.ts";
import { type Infer, object, optional, string } from "../../schema.ts";
import { DataVolumeSpec } from "../cdi/data-volume-spec.ts";

export const DataVolumeTemplate = object({
  apiVersion: optional(string()),
  kind: optional(string()),
  metadata: optional(ObjectMeta),
  spec: DataVolumeSpec,
  status: optional(object({})),
});
export interface DataVolumeTemplate extends Infer<typeof DataVolumeTemplate> {}
