import type { Kind } from "../../kind.ts";
import { kindObject } from "../../kind-object.ts";
import { boolean, bytes, type Infer, map, optional, string } from "../../schema.ts";

const configMapSchema = kindObject("Settings, as text or in base64.", {
  immutable: optional(boolean({ pb: 4 })),
  data: optional(map(string(), { pb: 2 })),
  binaryData: optional(map(bytes(), { pb: 3 })),
});
export interface ConfigMap extends Infer<typeof configMapSchema> {}

export const ConfigMap: Kind<ConfigMap> = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  singular: "configmap",
  shortNames: ["cm"],
  namespaced: true,
  builtIn: true,
  schema: configMapSchema,
};
