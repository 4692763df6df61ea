import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createApiServer } from "../server.ts";
import { openStore } from "../store/open.ts";
import { callServer } from "../testing/call-server.ts";
import { readEvents } from "../testing/read-events.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "apiserver-lists-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A server on a folder whose changes up to now are forgotten. */
async function compacted(dataDir: string) {
  await using first = await createApiServer({ dataDir });
  for (const name of ["a", "b", "c", "d"]) {
    await callServer(first, "POST", configMaps, { body: { metadata: { name } } });
  }
  const page = (await callServer(first, "GET", `${configMaps}?limit=2`)).json;
  await callServer(first, "DELETE", `${configMaps}/c`);
  await first.close();
  const store = await openStore(dataDir, { now: () => 0 });
  await store.compact(store.revision);
  await store.close();
  return { page, server: await createApiServer({ dataDir }) };
}

test("what was read goes on over a restart: objects, versions and watches", async () => {
  await using folder = await temporaryFolder();
  const first = await createApiServer({ dataDir: folder.path });
  const start = (await callServer(first, "GET", configMaps)).json.metadata.resourceVersion;
  const made = (await callServer(first, "POST", configMaps, { body: { metadata: { name: "kept" }, data: { a: "1" } } }))
    .json;
  await callServer(first, "POST", configMaps, { body: { metadata: { name: "gone" } } });
  await callServer(first, "DELETE", `${configMaps}/gone`);
  await first.close();

  await using second = await createApiServer({ dataDir: folder.path });
  assert.deepEqual((await callServer(second, "GET", `${configMaps}/kept`)).json, made);
  await using events = readEvents(second, `${configMaps}?watch=true&resourceVersion=${start}`);
  const seen = await events.take(3);
  assert.deepEqual(
    seen.map(({ type, object }) => `${type} ${object.metadata.name}`),
    ["ADDED kept", "ADDED gone", "DELETED gone"],
  );
});

test("a list or watch from a version that is forgotten is told so, and how to go on", async () => {
  await using folder = await temporaryFolder();
  const { page, server } = await compacted(folder.path);
  await using _ = server;
  const exact = await callServer(server, "GET", `${configMaps}?resourceVersion=1&resourceVersionMatch=Exact`);
  assert.deepEqual(
    [exact.code, exact.json.reason, exact.json.message],
    [410, "Expired", "The resourceVersion for the provided list is too old."],
  );
  const next = await callServer(server, "GET", `${configMaps}?limit=2&continue=${page.metadata.continue}`);
  assert.deepEqual([next.code, next.json.reason], [410, "Expired"]);
  const token = next.json.metadata.continue;
  const rest = await callServer(server, "GET", `${configMaps}?limit=2&continue=${token}`);
  assert.deepEqual(
    rest.json.items.map(({ metadata }: { readonly metadata: { readonly name: string } }) => metadata.name),
    ["d"],
  );
  await using events = readEvents(server, `${configMaps}?watch=true&resourceVersion=1`);
  const [error] = await events.take(1);
  assert.deepEqual([error?.type, error?.object.code, error?.object.reason], ["ERROR", 410, "Expired"]);
  assert.match(error?.object.message, /^too old resource version: 1 \(\d+\)$/);
  await assert.rejects(events.take(1), /the watch ended/);
});

test("a list can be had as it was at a version that is still known", async () => {
  await using server = await createApiServer();
  await callServer(server, "POST", configMaps, { body: { metadata: { name: "a" }, data: { v: "1" } } });
  const then = (await callServer(server, "GET", configMaps)).json.metadata.resourceVersion;
  await callServer(server, "PATCH", `${configMaps}/a`, {
    type: "application/merge-patch+json",
    body: { data: { v: "2" } },
  });
  await callServer(server, "POST", configMaps, { body: { metadata: { name: "b" } } });
  const old = (await callServer(server, "GET", `${configMaps}?resourceVersion=${then}&resourceVersionMatch=Exact`))
    .json;
  assert.deepEqual([old.metadata.resourceVersion, old.items.length, old.items[0].data.v], [then, 1, "1"]);
  const newer = (await callServer(server, "GET", `${configMaps}?resourceVersion=${then}`)).json;
  assert.equal(newer.items.length, 2);
});

test("lists of all namespaces are sorted by namespace and name", async () => {
  await using server = await createApiServer();
  for (const path of ["kube-system/configmaps", "default/configmaps"]) {
    for (const name of ["b", "a"]) {
      await callServer(server, "POST", `/api/v1/namespaces/${path}`, { body: { metadata: { name } } });
    }
  }
  const { items } = (await callServer(server, "GET", "/api/v1/configmaps")).json;
  assert.deepEqual(
    items.map(
      ({ metadata }: { readonly metadata: Record<string, string> }) => `${metadata["namespace"]}/${metadata["name"]}`,
    ),
    ["default/a", "default/b", "kube-system/a", "kube-system/b"],
  );
});

test("deletecollection takes only what its selectors choose", async () => {
  await using server = await createApiServer();
  for (const name of ["a", "b", "c"]) {
    await callServer(server, "POST", configMaps, {
      body: { metadata: { name, labels: { keep: name === "b" ? "yes" : "no" } } },
    });
  }
  const deleted = await callServer(server, "DELETE", `${configMaps}?labelSelector=keep%3Dno`);
  assert.equal(deleted.json.items.length, 2);
  const { items } = (await callServer(server, "GET", configMaps)).json;
  assert.deepEqual(
    items.map(({ metadata }: { readonly metadata: { readonly name: string } }) => metadata.name),
    ["b"],
  );
});
