import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { boolean, bytes, type Infer, map, optional, string } from "../../schema.ts";

const secretSchema = kindObject("Data that not everyone may read, in base64.", {
  immutable: optional(boolean({ pb: 5 })),
  data: optional(map(bytes(), { pb: 2 })),
  stringData: optional(map(string(), { pb: 4 })),
  type: optional(string({ pb: 3 })),
});
export interface Secret extends Infer<typeof secretSchema> {}

export const Secret: Kind<Secret> = {
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  singular: "secret",
  namespaced: true,
  selectableFields: ["type"],
  builtIn: true,
  schema: secretSchema,
};
