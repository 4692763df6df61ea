import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import {
  ConfigMap,
  type Kind,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Service,
  ServiceAccount,
} from "@peapod/api";
import type { ApiExtension } from "@peapod/machinery";
import type { ServedResource, ServedResources } from "../../registry/types.ts";
import { readFields } from "../protobuf/wire.ts";
import { wholeBodyOf } from "../whole-response.ts";
import { createDocuments } from "./documents.ts";
import { serverVersion } from "./version.ts";

const aggregatedV2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const aggregatedV2beta1 = aggregatedV2.replace("v2", "v2beta1");

const widget: Kind = {
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

function resource(kind: Kind, more: Partial<ServedResource> = {}): ServedResource {
  const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
  return { kind, version: kind.version, preferred: true, verbs, subresources: [], ...more };
}

const scale = { name: "scale", verbs: ["get", "patch"], kind: { group: "autoscaling", version: "v1", kind: "Scale" } };
const widgets = resource(widget, {
  subresources: [{ name: "status", verbs: ["get"] }, scale],
  storageVersionHash: "h",
});
const subresources: Pick<ApiExtension, "group" | "versions" | "resources"> = {
  group: "subresources.example.com",
  versions: ["v1"],
  resources: [{ name: "widgets/start", singularName: "", namespaced: true, kind: "Widget", verbs: ["update"] }],
};

function setUp(...resources: readonly ServedResource[]) {
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

test("documents: /api and /apis in the classic form", async () => {
  const { get } = setUp(resource(Pod), widgets);
  assert.deepEqual(await (await get("/api")).json(), {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: "127.0.0.1:6443" }],
  });
  const group = (name: string) => {
    const version = { groupVersion: `${name}/v1`, version: "v1" };
    return { name, versions: [version], preferredVersion: version };
  };
  const apis = await get("/apis", { accept: "application/json" });
  assert.equal(apis.headers.get("content-type"), "application/json");
  assert.deepEqual(await apis.json(), {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [group("example.com"), group("subresources.example.com")],
  });
  assert.deepEqual(await (await get("/apis/example.com")).json(), {
    kind: "APIGroup",
    apiVersion: "v1",
    ...group("example.com"),
  });
});

test("documents: a group version lists its resources and subresources, the core one without apiVersion", async () => {
  const { get } = setUp(resource(ConfigMap), widgets);
  const core = (await (await get("/api/v1")).json()) as object;
  assert.deepEqual(Object.keys(core), ["kind", "groupVersion", "resources"]);
  assert.deepEqual(await (await get("/apis/example.com/v1")).json(), {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: "example.com/v1",
    resources: [
      {
        name: "widgets",
        singularName: "widget",
        namespaced: true,
        kind: "Widget",
        verbs: widgets.verbs,
        shortNames: ["wd"],
        categories: ["all"],
        storageVersionHash: "h",
      },
      { name: "widgets/status", singularName: "", namespaced: true, kind: "Widget", verbs: ["get"] },
      {
        name: "widgets/scale",
        singularName: "",
        namespaced: true,
        group: "autoscaling",
        version: "v1",
        kind: "Scale",
        verbs: ["get", "patch"],
      },
    ],
  });
});

test("documents: aggregated discovery in the version that is asked for, and never another", async () => {
  const { get } = setUp(resource(Pod), widgets);
  const both = await get("/apis", { accept: `${aggregatedV2},${aggregatedV2beta1},application/json` });
  assert.equal(both.headers.get("content-type"), aggregatedV2);
  const old = await get("/apis", { accept: `${aggregatedV2beta1},application/json` });
  assert.equal(old.headers.get("content-type"), aggregatedV2beta1);
  const list = (await old.json()) as { apiVersion: string; items: unknown[] };
  assert.equal(list.apiVersion, "apidiscovery.k8s.io/v2beta1");
  const responseKind = { group: "example.com", version: "v1", kind: "Widget" };
  assert.deepEqual(list.items, [
    {
      metadata: { name: "example.com", creationTimestamp: null },
      versions: [
        {
          version: "v1",
          freshness: "Current",
          resources: [
            {
              resource: "widgets",
              responseKind,
              scope: "Namespaced",
              singularResource: "widget",
              verbs: widgets.verbs,
              shortNames: ["wd"],
              categories: ["all"],
              subresources: [
                { subresource: "status", responseKind, verbs: ["get"] },
                { subresource: "scale", responseKind: scale.kind, verbs: ["get", "patch"] },
              ],
            },
          ],
        },
      ],
    },
    {
      metadata: { name: "subresources.example.com", creationTimestamp: null },
      versions: [
        {
          version: "v1",
          freshness: "Current",
          resources: [
            {
              resource: "widgets",
              scope: "Namespaced",
              singularResource: "",
              verbs: [],
              subresources: [
                {
                  subresource: "start",
                  responseKind: { group: "subresources.example.com", version: "v1", kind: "Widget" },
                  verbs: ["update"],
                },
              ],
            },
          ],
        },
      ],
    },
  ]);
});

test("documents: discovery has an ETag, answers 304 to it, and another one after a change", async () => {
  const { get, serve } = setUp(resource(Pod));
  const first = await get("/apis", { accept: aggregatedV2 });
  const etag = first.headers.get("etag") ?? "";
  assert.match(etag, /^"[0-9A-F]{128}"$/);
  assert.equal(first.headers.get("cache-control"), "public");
  const again = await get("/apis", { accept: aggregatedV2, "if-none-match": etag });
  assert.equal(again.status, 304);
  assert.equal(await again.text(), "");
  serve(resource(Pod), widgets);
  const changed = await get("/apis", { accept: aggregatedV2, "if-none-match": etag });
  assert.equal(changed.status, 200);
  assert.notEqual(changed.headers.get("etag"), etag);
});

test("documents: a table of discovery is refused", async () => {
  const { get } = setUp(resource(Pod));
  await assert.rejects(get("/apis", { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" }), { code: 406 });
});

test("documents: other paths and methods are somebody else's", async () => {
  const { answer } = setUp(resource(Pod));
  assert.equal(await answer(new Request("https://api/apis/nope.example.com/v1")), undefined);
  assert.equal(await answer(new Request("https://api/apis/apps/v1/deployments")), undefined);
  assert.equal(await answer(new Request("https://api/api/v1/pods")), undefined);
  assert.equal(await answer(new Request("https://api/apis", { method: "POST" })), undefined);
});

type OpenApi3 = {
  components: { schemas: Record<string, Record<string, unknown>> };
  paths: Record<string, Record<string, { parameters: { name: string }[] } & Record<string, unknown>>>;
};

test("documents: the v3 index leads to a document per group version, by a hash that changes with it", async () => {
  const { get, serve } = setUp(resource(Pod), widgets);
  const index = await get("/openapi/v3");
  assert.equal(index.headers.get("content-type"), "text/plain; charset=utf-8");
  type Index = { paths: Record<string, { serverRelativeURL: string }> };
  const { paths } = (await index.json()) as Index;
  assert.deepEqual(Object.keys(paths), ["api/v1", "apis/example.com/v1"]);
  const url = paths["apis/example.com/v1"]?.serverRelativeURL ?? "";
  const document = await get(url, { accept: "application/json" });
  assert.equal(document.headers.get("etag"), `"${url.split("hash=")[1]}"`);
  assert.match(document.headers.get("cache-control") ?? "", /immutable/);
  const stale = await get(url.replace(/hash=.{4}/, "hash=0000"));
  assert.equal(stale.status, 301);
  assert.equal(stale.headers.get("location"), url);

  serve(resource(Pod), { ...widgets, kind: { ...widget, schema: { type: "object" } } });
  const changed = (await (await get("/openapi/v3")).json()) as Index;
  assert.equal(changed.paths["api/v1"]?.serverRelativeURL, paths["api/v1"]?.serverRelativeURL);
  assert.notEqual(changed.paths["apis/example.com/v1"]?.serverRelativeURL, url);
});

test("documents: a v3 document has the kind, its patch parameters, and metadata by reference", async () => {
  const { get } = setUp(widgets);
  const document = (await (await get("/openapi/v3/apis/example.com/v1")).json()) as OpenApi3;
  const schema = document.components.schemas["com.example.v1.Widget"];
  const gvk = { group: "example.com", kind: "Widget", version: "v1" };
  assert.deepEqual(schema?.["x-kubernetes-group-version-kind"], [gvk]);
  const properties = schema?.["properties"] as Record<string, Record<string, unknown>>;
  assert.deepEqual(Object.keys(properties), ["apiVersion", "kind", "metadata", "spec"]);
  assert.deepEqual(properties["metadata"]?.["allOf"], [
    { $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" },
  ]);
  const patch = document.paths["/apis/example.com/v1/namespaces/{namespace}/widgets/{name}"]?.["patch"];
  assert.deepEqual(patch?.["x-kubernetes-group-version-kind"], gvk);
  const names = patch?.parameters.map(({ name }) => name);
  assert.deepEqual(names, ["namespace", "name", "dryRun", "fieldManager", "fieldValidation", "force"]);
});

test("documents: every reference in OpenAPI leads somewhere", async () => {
  const token = { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" };
  const { get } = setUp(
    resource(Pod),
    resource(ServiceAccount, { subresources: [{ name: "token", verbs: ["create"], kind: token }] }),
    widgets,
  );
  const v3 = (await (await get("/openapi/v3/api/v1")).json()) as OpenApi3;
  for (const name of references(v3)) {
    assert.ok(v3.components.schemas[name.replace("#/components/schemas/", "")], name);
  }
  const v2 = (await (await get("/openapi/v2")).json()) as { definitions: Record<string, unknown> };
  const found = references(v2);
  assert.ok(found.size > 5);
  for (const name of found) assert.ok(v2.definitions[name.replace("#/definitions/", "")], name);
});

test("documents: v2 says nothing that kubectl 1.20 would refuse a good manifest by", async () => {
  const { get } = setUp(widgets);
  type Swagger = { definitions: Record<string, { properties: { spec: { properties: Record<string, object> } } }> };
  const v2 = (await (await get("/openapi/v2")).json()) as Swagger;
  assert.deepEqual(v2.definitions["com.example.v1.Widget"]?.properties.spec.properties, {
    color: { description: "colour of it", enum: ["red", "green", "blue"], type: "string" },
    size: { "x-kubernetes-int-or-string": true },
    free: { "x-kubernetes-preserve-unknown-fields": true },
  });
});

test("documents: v2 is protobuf under both spellings of its type, JSON for JSON, and 406 otherwise", async () => {
  const { get } = setUp(resource(Pod), widgets);
  for (const accept of [
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
  ]) {
    const response = await get("/openapi/v2", { accept });
    assert.equal(response.headers.get("content-type"), "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
    const document = [...readFields(await response.bytes())];
    // swagger, info, then paths and definitions: the shared part and one for each of two group versions.
    assert.deepEqual(
      document.map(({ number }) => number),
      [1, 2, 8, 9, 8, 9, 8, 9],
    );
    assert.equal(Buffer.from(document[0]?.value as Uint8Array).toString(), "2.0");
  }
  assert.equal(
    (await get("/openapi/v2", { accept: "application/json" })).headers.get("content-type"),
    "application/json",
  );
  await assert.rejects(get("/openapi/v2", { accept: "text/html" }), { code: 406 });
});

test("documents: large ones are compressed for those who take it, small ones never", async () => {
  const { get } = setUp(...[Node, PersistentVolume, PersistentVolumeClaim, Pod, Service].map((kind) => resource(kind)));
  const gzip = { "accept-encoding": "gzip" };
  const large = await get("/openapi/v3/api/v1", gzip);
  assert.equal(large.headers.get("content-encoding"), "gzip");
  const body = wholeBodyOf(large);
  assert.ok(body instanceof Uint8Array);
  const plain = await (await get("/openapi/v3/api/v1")).text();
  assert.equal(gunzipSync(body).toString(), plain);
  assert.equal((await get("/apis", gzip)).headers.get("content-encoding"), null);
});

test("documents: /version is a release of Kubernetes, followed by ours", async () => {
  const { get } = setUp();
  const version = (await (await get("/version?timeout=32s")).json()) as Record<string, string>;
  assert.equal(version["major"], "1");
  assert.equal(version["minor"], "34");
  assert.equal(version["gitVersion"], "v1.34.0+peapod0.1.0");
  assert.equal(version["platform"], "linux/amd64");
});

function references(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== "object" || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "$ref" && typeof inner === "string") found.add(inner);
    else references(inner, found);
  }
  return found;
}
