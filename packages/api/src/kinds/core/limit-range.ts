import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { type Infer, listAtomic, map, object, optional, quantity, string } from "../../schema.ts";

export const LimitRangeItem = object({
  type: string({ pb: 1 }),
  max: optional(map(quantity(), { pb: 2 })),
  min: optional(map(quantity(), { pb: 3 })),
  default: optional(map(quantity(), { pb: 4 })),
  defaultRequest: optional(map(quantity(), { pb: 5 })),
  maxLimitRequestRatio: optional(map(quantity(), { pb: 6 })),
});
export interface LimitRangeItem extends Infer<typeof LimitRangeItem> {}

const limitRangeSchema = kindObject(
  "What one object of a namespace may ask for, and what it gets if it asks for nothing.",
  {
    spec: optional(
      object(
        {
          limits: listAtomic(LimitRangeItem, { pb: 1 }),
        },
        { pb: 2 },
      ),
    ),
  },
);
export interface LimitRange extends Infer<typeof limitRangeSchema> {}

export const LimitRange: Kind<LimitRange> = {
  group: "",
  version: "v1",
  kind: "LimitRange",
  plural: "limitranges",
  singular: "limitrange",
  shortNames: ["limits"],
  namespaced: true,
  builtIn: true,
  schema: limitRangeSchema,
};
