import { having, type Infer, object, optional, string } from "../../schema.ts";
import { DataVolumeSpec } from "../cdi/data-volume-spec.ts";
import { templateMetadata } from "./template-metadata.ts";

/** A DataVolume that is made with the machine, and deleted with it. */
export const DataVolumeTemplate = object({
  apiVersion: optional(string({ description: "cdi.kubevirt.io/v1beta1." })),
  kind: optional(string({ description: "DataVolume." })),
  metadata: optional(templateMetadata("Name, labels and annotations of the DataVolume.")),
  spec: having(DataVolumeSpec, { description: "Its spec." }),
  status: optional(object({}, { description: "Unused." })),
});
export interface DataVolumeTemplate extends Infer<typeof DataVolumeTemplate> {}
