import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap, Pod } from "@peapod/api";
import { resource, scale, setUp, widgets } from "./test-documents.ts";

const aggregatedV2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const aggregatedV2beta1 = aggregatedV2.replace("v2", "v2beta1");

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

test("documents: /version is a release of Kubernetes, followed by ours", async () => {
  const { get } = setUp();
  const version = (await (await get("/version?timeout=32s")).json()) as Record<string, string>;
  assert.equal(version["major"], "1");
  assert.equal(version["minor"], "34");
  assert.equal(version["gitVersion"], "v1.34.0+peapod0.1.0");
  assert.equal(version["platform"], "linux/amd64");
});
