import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "@peapod/machinery/testing";
import { type ApiServer, createApiServer } from "../server.ts";
import { callServer } from "../testing/call-server.ts";
import { widgetsDefinition } from "../testing/widgets.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";
const widgets = "/apis/example.com/v1/namespaces/default/widgets";

let server: ApiServer;
before(async () => {
  server = await createApiServer({ crds: [widgetsDefinition] });
});
after(() => server.close());

interface Made {
  readonly uid: string;
  readonly name: string;
}

async function make(name: string, owners: readonly Made[] = [], metadata: object = {}): Promise<Made> {
  const ownerReferences = owners.map((owner) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    ...owner,
    blockOwnerDeletion: true,
  }));
  const answer = await callServer(server, "POST", configMaps, {
    body: { metadata: { name, ...(owners.length > 0 && { ownerReferences }), ...metadata } },
  });
  assert.equal(answer.code, 201, answer.text);
  return { uid: answer.json.metadata.uid, name };
}

const read = async (name: string) => await callServer(server, "GET", `${configMaps}/${name}`);
const isGone = async (name: string) => (await read(name)).code === 404;
const remove = async (name: string, propagationPolicy?: string) =>
  await callServer(server, "DELETE", `${configMaps}/${name}`, { body: propagationPolicy ? { propagationPolicy } : {} });

test("a background deletion takes dependents along, three levels deep", async () => {
  const parent = await make("bg-parent");
  const child = await make("bg-child", [parent]);
  await make("bg-grandchild", [child]);
  assert.equal((await remove("bg-parent", "Background")).json.kind, "Status");
  assert.equal((await read("bg-parent")).code, 404);
  await eventually(() => isGone("bg-grandchild"));
  assert.ok(await isGone("bg-child"));
});

test("a foreground deletion keeps the owner until what blocks it is gone", async () => {
  const parent = await make("fg-parent");
  const child = await make("fg-child", [parent]);
  await make("fg-grandchild", [child], { finalizers: ["example.com/hold"] });
  const answer = await remove("fg-parent", "Foreground");
  assert.deepEqual(answer.json.metadata.finalizers, ["foregroundDeletion"]);
  await eventually(async () => (await read("fg-grandchild")).json.metadata.deletionTimestamp !== undefined);
  assert.ok((await read("fg-child")).json.metadata.finalizers.includes("foregroundDeletion"));
  assert.equal((await read("fg-parent")).code, 200);
  await callServer(server, "PATCH", `${configMaps}/fg-grandchild`, {
    type: "application/merge-patch+json",
    body: { metadata: { finalizers: null } },
  });
  await eventually(() => isGone("fg-parent"));
  assert.ok((await isGone("fg-child")) && (await isGone("fg-grandchild")));
});

test("orphans lose their owner and live on", async () => {
  const parent = await make("or-parent");
  await make("or-child", [parent]);
  await remove("or-parent", "Orphan");
  await eventually(() => isGone("or-parent"));
  const child = await read("or-child");
  assert.equal(child.code, 200);
  assert.equal(child.json.metadata.ownerReferences, undefined);
});

test("an object lives as long as one of its owners", async () => {
  const [first, second] = [await make("two-first"), await make("two-second")];
  await make("two-child", [first, second]);
  await remove("two-first");
  await eventually(async () => (await read("two-child")).json.metadata.ownerReferences.length === 1);
  await remove("two-second");
  await eventually(() => isGone("two-child"));
});

test("an object made with an owner that is not there goes; one whose owner's kind is unknown stays", async () => {
  await make("lost", [{ name: "nobody", uid: "00000000-0000-4000-8000-000000000000" }]);
  const stranger = {
    apiVersion: "elsewhere.example/v1",
    kind: "Stranger",
    name: "x",
    uid: "00000000-0000-4000-8000-000000000001",
  };
  await callServer(server, "POST", configMaps, {
    body: { metadata: { name: "foreign", ownerReferences: [stranger] } },
  });
  await eventually(() => isGone("lost"));
  assert.equal((await read("foreign")).code, 200);
});

test("custom objects are collected as well as built-in ones", async () => {
  const parent = await make("cr-parent");
  const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", ...parent }];
  await callServer(server, "POST", widgets, {
    body: {
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "owned", ownerReferences },
      spec: { color: "red" },
    },
  });
  await remove("cr-parent");
  await eventually(async () => (await callServer(server, "GET", `${widgets}/owned`)).code === 404);
});
