import assert from "node:assert/strict";
import test from "node:test";
import { Pod } from "@peapod/api";
import { createFakeApi } from "./fake-api.ts";
import { Widget, widget } from "./widget.ts";

const key = { namespace: "a", name: "w1" };

test("createFakeApi() keeps Kubernetes' promises about writes", async () => {
  const { client } = createFakeApi({ kinds: [Widget] });
  const created = await client.create(Widget, widget("a/w1", { spec: { color: "red" } }));
  await assert.rejects(client.create(Widget, widget("a/w1")), { reason: "AlreadyExists" });
  const updated = await client.update(Widget, { ...created, spec: { color: "blue" }, status: { seen: "no" } });
  assert.equal(updated.metadata.generation, 2);
  assert.equal(updated.status, undefined, "the status has its own subresource");
  await assert.rejects(client.update(Widget, created), { reason: "Conflict" });
  const { resourceVersion: _, ...unversioned } = updated.metadata;
  await assert.rejects(client.update(Widget, { ...updated, metadata: unversioned }), { reason: "Invalid" });
  const status = await client.updateStatus(Widget, { ...updated, spec: { color: "x" }, status: { seen: "blue" } });
  assert.deepEqual([status.spec, status.status, status.metadata.generation], [{ color: "blue" }, { seen: "blue" }, 2]);
  const same = await client.patch(Widget, key, { spec: { color: "blue" } });
  assert.equal(same.metadata.resourceVersion, status.metadata.resourceVersion);
});

test("createFakeApi() deletes by uid, and only when finalizers are gone", async () => {
  const { client, get } = createFakeApi();
  const metadata = { ...key, finalizers: ["a.b/c"] };
  const created = await client.create(Widget, widget("a/w1", { metadata }));
  await assert.rejects(client.delete(Widget, key, { uid: "other" }), { reason: "Conflict" });
  await client.delete(Widget, key, { uid: created.metadata.uid });
  assert.notEqual(get(Widget, key)?.metadata.deletionTimestamp, undefined);
  await client.patch(Widget, key, { metadata: { finalizers: null } });
  assert.equal(get(Widget, key), undefined);
});

test("createFakeApi() lets a pod on a node end gracefully", async () => {
  const { client, put, get } = createFakeApi();
  put(Pod, { apiVersion: "v1", kind: "Pod", metadata: key, spec: { nodeName: "n1", containers: [] } } as Pod);
  await client.delete(Pod, key);
  assert.equal(get(Pod, key)?.metadata.deletionGracePeriodSeconds, 30);
  await client.delete(Pod, key, { gracePeriodSeconds: 0 });
  assert.equal(get(Pod, key), undefined);
});

test("createFakeApi() binds pods and selects by labels and fields", async () => {
  const { client, put } = createFakeApi();
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { ...key, labels: { app: "x" } }, spec: { containers: [] } };
  put(Pod, pod as Pod);
  await client.request("POST", "/api/v1/namespaces/a/pods/w1/binding", { body: { target: { name: "n1" } } });
  const count = async (options: object) => (await client.list(Pod, options)).items.length;
  assert.equal(await count({ fieldSelector: "spec.nodeName=n1", labelSelector: "app in (x)" }), 1);
  assert.equal(await count({ fieldSelector: "spec.nodeName=n2" }), 0);
  assert.equal(await count({ namespace: "b" }), 0);
});
