import { boolean, having, type Infer, int32, listAtomic, object, optional, string } from "../../schema.ts";
import { JSONSchemaProps } from "./json-schema-props.ts";

export const CustomResourceSubresourceScale = object({
  specReplicasPath: string({ pb: 1 }),
  statusReplicasPath: string({ pb: 2 }),
  labelSelectorPath: optional(string({ pb: 3 })),
});
export interface CustomResourceSubresourceScale extends Infer<typeof CustomResourceSubresourceScale> {}

export const CustomResourceSubresources = object({
  status: optional(object({}, { pb: 1 })),
  scale: optional(having(CustomResourceSubresourceScale, { pb: 2 })),
});
export interface CustomResourceSubresources extends Infer<typeof CustomResourceSubresources> {}

export const CustomResourceColumnDefinition = object({
  name: string({ pb: 1 }),
  type: string({ pb: 2 }),
  format: optional(string({ pb: 3 })),
  description: optional(string({ pb: 4 })),
  priority: optional(int32({ pb: 5 })),
  jsonPath: string({ pb: 6 }),
});
export interface CustomResourceColumnDefinition extends Infer<typeof CustomResourceColumnDefinition> {}

export const SelectableField = object({
  jsonPath: string({ pb: 1 }),
});
export interface SelectableField extends Infer<typeof SelectableField> {}

export const CustomResourceDefinitionVersion = object({
  name: string({ pb: 1 }),
  served: boolean({ pb: 2 }),
  storage: boolean({ pb: 3 }),
  deprecated: optional(boolean({ pb: 7 })),
  deprecationWarning: optional(string({ pb: 8 })),
  schema: optional(
    object(
      {
        openAPIV3Schema: optional(having(JSONSchemaProps, { pb: 1 })),
      },
      { pb: 4 },
    ),
  ),
  subresources: optional(having(CustomResourceSubresources, { pb: 5 })),
  additionalPrinterColumns: optional(listAtomic(CustomResourceColumnDefinition, { pb: 6 })),
  selectableFields: optional(listAtomic(SelectableField, { pb: 9 })),
});
export interface CustomResourceDefinitionVersion extends Infer<typeof CustomResourceDefinitionVersion> {}
