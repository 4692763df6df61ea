import assert from "node:assert/strict";
import type { Kind } from "@peapod/api";
import type { ApiExtension } from "@peapod/machinery";
import type { ServedResource, ServedResources } from "../../registry/types.ts";
import { createDocuments } from "./documents.ts";
import { serverVersion } from "./version.ts";

export const widget: Kind = {
  group: "example.com",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  singular: "widget",
  shortNames: ["wd"],
  categories: ["all"],
  namespaced: true,
  schema: {
    type: "object",
    description: "Widget is a test kind",
    properties: {
      metadata: { type: "object" },
      spec: {
        type: "object",
        required: ["color"],
        properties: {
          color: { type: "string", enum: ["red", "green", "blue"], description: "colour of it" },
          size: { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] },
          free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        },
      },
    },
  },
};

export function resource(kind: Kind, more: Partial<ServedResource> = {}): ServedResource {
  const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
  return { kind, version: kind.version, preferred: true, verbs, subresources: [], ...more };
}

export const scale = {
  name: "scale",
  verbs: ["get", "patch"],
  kind: { group: "autoscaling", version: "v1", kind: "Scale" },
};
export const widgets = resource(widget, {
  subresources: [{ name: "status", verbs: ["get"] }, scale],
  storageVersionHash: "h",
});
const subresources: Pick<ApiExtension, "group" | "versions" | "resources"> = {
  group: "subresources.example.com",
  versions: ["v1"],
  resources: [{ name: "widgets/start", singularName: "", namespaced: true, kind: "Widget", verbs: ["update"] }],
};

/** Documents of some resources, which may be replaced by others. */
export function setUp(...resources: readonly ServedResource[]) {
  let served: ServedResources = { generation: 1, resources };
  const answer = createDocuments({
    served: () => served,
    // Only what discovery shows of an extension is looked at here.
    extensions: [subresources as ApiExtension],
    version: serverVersion("0.1.0", "x64"),
    serverAddress: "127.0.0.1:6443",
  });
  return {
    serve: (...next: readonly ServedResource[]) => {
      served = { generation: served.generation + 1, resources: next };
    },
    get: async (path: string, headers: Readonly<Record<string, string>> = {}) => {
      const response = await answer(new Request(`https://api${path}`, { headers }));
      assert.ok(response, `${path} is not answered`);
      return response;
    },
    answer,
  };
}
