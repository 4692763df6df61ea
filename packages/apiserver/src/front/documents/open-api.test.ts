import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { Node, PersistentVolume, PersistentVolumeClaim, Pod, Service, ServiceAccount } from "@peapod/api";
import { readFields } from "../protobuf/wire.ts";
import { wholeBodyOf } from "../whole-response.ts";
import { resource, setUp, widget, widgets } from "./test-documents.ts";

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

function references(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== "object" || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "$ref" && typeof inner === "string") found.add(inner);
    else references(inner, found);
  }
  return found;
}
