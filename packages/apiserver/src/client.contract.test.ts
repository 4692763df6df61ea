/** What controllers rely on, against every way of reaching our API server: in memory, on disk, over TLS. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type ConfigMap, ConfigMap as ConfigMapKind, type Kind, type KubeObject } from "@peapod/api";
import { type Client, createClient, hasReason, isConflict, isExpired, type WatchEvent } from "@peapod/machinery";
import { createHttpsFetch, loadKubeconfig } from "@peapod/machinery/node";
import { eventually } from "@peapod/machinery/testing";
import { createApiServer } from "./server.ts";
import { admin } from "./testing/call-server.ts";
import { startTestServer } from "./testing/start-test-server.ts";
import { widgetsDefinition } from "./testing/widgets.ts";

interface Widget extends KubeObject {
  readonly spec: { readonly color: string; readonly replicas?: number; readonly ports?: readonly object[] };
  readonly status?: { readonly replicas?: number };
}

const WidgetKind: Kind<Widget> = {
  group: "example.com",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  singular: "widget",
  namespaced: true,
  subresources: { status: true },
  schema: { type: "object" },
};

interface World extends AsyncDisposable {
  readonly client: Client;
}

const worlds: Readonly<Record<string, () => Promise<World>>> = {
  "in memory": async () => {
    const server = await createApiServer({ crds: [widgetsDefinition] });
    const client = createClient({ fetch: server.as(admin).fetch });
    return { client, [Symbol.asyncDispose]: () => server.close() };
  },
  "on disk": async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "apiserver-contract-"));
    const server = await createApiServer({ dataDir, crds: [widgetsDefinition] });
    const client = createClient({ fetch: server.as(admin).fetch });
    return {
      client,
      [Symbol.asyncDispose]: async () => {
        await server.close();
        await rm(dataDir, { recursive: true, force: true });
      },
    };
  },
  "over TLS": async () => {
    const started = await startTestServer({ crds: [widgetsDefinition] });
    const access = createHttpsFetch(await loadKubeconfig({ path: started.kubeconfig, env: {} }));
    return {
      client: createClient({ fetch: access.fetch }),
      [Symbol.asyncDispose]: async () => {
        access.close();
        await started.close();
      },
    };
  },
};

for (const [name, open] of Object.entries(worlds)) describe(`a client ${name}`, () => contract(open));

function contract(open: () => Promise<World>): void {
  let world: World;
  let client: Client;
  before(async () => {
    world = await open();
    ({ client } = world);
  });
  after(() => world[Symbol.asyncDispose]());

  const namespace = "default";
  const configMap = (name: string, data: Record<string, string> = {}): ConfigMap => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace },
    data,
  });
  const widget = (name: string, spec: Widget["spec"] = { color: "red" }): Widget => ({
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name, namespace },
    spec,
  });

  test("an update from an older version is a Conflict, and one without a version is refused for custom kinds", async () => {
    const first = await client.create(WidgetKind, widget("stale"));
    await client.update(WidgetKind, { ...first, spec: { ...first.spec, replicas: 2 } });
    await assert.rejects(client.update(WidgetKind, { ...first, spec: { ...first.spec, replicas: 3 } }), isConflict);
    await assert.rejects(client.update(WidgetKind, widget("stale")), /must be specified for an update/);
  });

  test("of two creates of one name, one is AlreadyExists", async () => {
    const results = await Promise.allSettled([
      client.create(ConfigMapKind, configMap("twice")),
      client.create(ConfigMapKind, configMap("twice")),
    ]);
    const refused = results.filter((result) => result.status === "rejected");
    assert.equal(refused.length, 1);
    assert.ok(hasReason(refused[0]?.reason, "AlreadyExists"));
  });

  test("concurrent patches without a version all arrive", async () => {
    await client.create(ConfigMapKind, configMap("shared"));
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
    await Promise.all(
      keys.map((key) => client.patch(ConfigMapKind, { namespace, name: "shared" }, { data: { [key]: "x" } })),
    );
    const { data } = await client.get(ConfigMapKind, { namespace, name: "shared" });
    assert.deepEqual(Object.keys(data ?? {}).sort(), keys.toSorted());
  });

  test("generation counts changes of the spec alone", async () => {
    const made = await client.create(WidgetKind, widget("gen"));
    const key = { namespace, name: "gen" };
    const generation = async () => (await client.get(WidgetKind, key)).metadata.generation;
    assert.equal(made.metadata.generation, 1);
    await client.patch(WidgetKind, key, { metadata: { labels: { a: "b" } } });
    await client.patch(WidgetKind, key, { status: { replicas: 1 } }, { subresource: "status" });
    assert.equal(await generation(), 1);
    await client.patch(WidgetKind, key, { spec: { replicas: 2 } });
    assert.equal(await generation(), 2);
  });

  test("status and the rest are written apart", async () => {
    const made = await client.create(WidgetKind, { ...widget("apart"), status: { replicas: 9 } });
    assert.equal(made.status, undefined);
    const written = await client.updateStatus(WidgetKind, {
      ...made,
      metadata: { ...made.metadata, labels: { ignored: "yes" } },
      spec: { color: "blue" },
      status: { replicas: 3 },
    });
    assert.deepEqual(
      [written.spec.color, written.status, written.metadata.labels],
      ["red", { replicas: 3 }, undefined],
    );
    const updated = await client.update(WidgetKind, { ...written, spec: { color: "green" }, status: { replicas: 7 } });
    assert.deepEqual([updated.spec.color, updated.status], ["green", { replicas: 3 }]);
  });

  test("a finalizer holds a deleted object until it is taken away", async () => {
    const key = { namespace, name: "held" };
    await client.create(ConfigMapKind, {
      ...configMap("held"),
      metadata: { ...key, finalizers: ["example.com/hold"] },
    });
    await client.delete(ConfigMapKind, key);
    const marked = await client.get(ConfigMapKind, key);
    assert.ok(marked.metadata.deletionTimestamp);
    await client.delete(ConfigMapKind, key);
    const again = await client.get(ConfigMapKind, key);
    assert.equal(again.metadata.resourceVersion, marked.metadata.resourceVersion);
    await client.patch(ConfigMapKind, key, { metadata: { finalizers: null } });
    assert.equal(await client.find(ConfigMapKind, key), undefined);
  });

  test("a delete of another uid is a Conflict, and of what is gone is done", async () => {
    const key = { namespace, name: "other" };
    await client.create(ConfigMapKind, configMap("other"));
    await assert.rejects(
      client.delete(ConfigMapKind, key, { uid: "00000000-0000-4000-8000-000000000000" }),
      isConflict,
    );
    await client.delete(ConfigMapKind, key);
    await client.delete(ConfigMapKind, key);
  });

  test("a watch from a list's version misses nothing and repeats nothing", async () => {
    const { resourceVersion } = await client.list(ConfigMapKind, { namespace });
    const key = { namespace, name: "watched" };
    await client.create(ConfigMapKind, configMap("watched", { a: "1" }));
    await client.patch(ConfigMapKind, key, { data: { a: "2" } });
    await using events = take(client.watch(ConfigMapKind, { namespace, resourceVersion }));
    await client.patch(ConfigMapKind, key, { data: { a: "3" } });
    await client.delete(ConfigMapKind, key);
    const seen = await events.next(4);
    assert.deepEqual(
      seen.map((event) => event.type !== "BOOKMARK" && [event.type, event.object.data]),
      [
        ["ADDED", { a: "1" }],
        ["MODIFIED", { a: "2" }],
        ["MODIFIED", { a: "3" }],
        ["DELETED", { a: "3" }],
      ],
    );
    const versions = seen.map((event) => event.type !== "BOOKMARK" && Number(event.object.metadata.resourceVersion));
    assert.deepEqual(
      versions,
      versions.toSorted((a, b) => Number(a) - Number(b)),
    );
  });

  test("a watch can begin with all there is, closed by a bookmark", async () => {
    await client.create(WidgetKind, widget("listed"));
    await using events = take(client.watch(WidgetKind, { namespace, sendInitialEvents: true }));
    const seen: WatchEvent<Widget>[] = [];
    await eventually(async () => {
      seen.push(...(await events.next(1)));
      return seen.at(-1)?.type === "BOOKMARK";
    });
    const names = seen.flatMap((event) => (event.type === "ADDED" ? [event.object.metadata.name] : []));
    assert.ok(names.includes("listed"));
    assert.deepEqual(names, names.toSorted());
    const last = seen.at(-1);
    assert.ok(last?.type === "BOOKMARK" && last.initialEventsEnd);
  });

  test("pages of a list show one moment, whatever is written meanwhile", async () => {
    const labels = { paged: "yes" };
    for (const name of ["pa", "pb", "pc", "pd", "pe"]) {
      await client.create(ConfigMapKind, { ...configMap(name), metadata: { name, namespace, labels } });
    }
    const options = { namespace, labelSelector: "paged=yes", limit: 2 };
    const first = await client.list(ConfigMapKind, options);
    await client.delete(ConfigMapKind, { namespace, name: "pd" });
    await client.create(ConfigMapKind, { ...configMap("pab"), metadata: { name: "pab", namespace, labels } });
    const names = first.items.map(({ metadata }) => metadata.name);
    let page = first;
    while (page.continue) {
      page = await client.list(ConfigMapKind, { ...options, continue: page.continue });
      names.push(...page.items.map(({ metadata }) => metadata.name));
    }
    assert.deepEqual(names, ["pa", "pb", "pc", "pd", "pe"]);
  });

  test("two appliers own what each says; taking a field over needs force", async () => {
    const key = { namespace, name: "applied" };
    await client.apply(WidgetKind, widget("applied", { color: "red", replicas: 2 }), { fieldManager: "one" });
    const ports = [{ port: 80 }];
    await client.apply(WidgetKind, widget("applied", { color: "red", ports }), { fieldManager: "two" });
    const theft = () =>
      client.apply(WidgetKind, widget("applied", { color: "red", replicas: 5 }), { fieldManager: "two" });
    await assert.rejects(theft, { message: 'Apply failed with 1 conflict: conflict with "one": .spec.replicas' });
    await client.apply(WidgetKind, widget("applied", { color: "red", replicas: 5 }), {
      fieldManager: "two",
      force: true,
    });
    const taken = await client.get(WidgetKind, key);
    assert.deepEqual(taken.spec, { color: "red", replicas: 5 });
    await client.apply(WidgetKind, widget("applied", { color: "red" }), { fieldManager: "two" });
    const dropped = await client.get(WidgetKind, key);
    assert.deepEqual(dropped.spec, { color: "red", replicas: 1 });
  });

  test("the same apply again changes nothing", async () => {
    const apply = () => client.apply(WidgetKind, widget("steady"), { fieldManager: "one" });
    const first = await apply();
    const second = await apply();
    assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
  });

  test("a dry run answers what would be, and stores nothing", async () => {
    const made = await client.create(ConfigMapKind, configMap("dry"), { dryRun: true });
    assert.ok(made.metadata.uid);
    assert.equal(made.metadata.resourceVersion, undefined);
    assert.equal(await client.find(ConfigMapKind, { namespace, name: "dry" }), undefined);
  });

  test("names are made up on request", async () => {
    const made = await client.create(ConfigMapKind, {
      ...configMap(""),
      metadata: { generateName: "made-", namespace },
    });
    assert.match(made.metadata.name ?? "", /^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  test("a watch from something that is no version is refused", async () => {
    const events = take(client.watch(ConfigMapKind, { namespace, resourceVersion: "not-a-number" }));
    await assert.rejects(events.next(1), (error: unknown) => !isExpired(error));
    await events[Symbol.asyncDispose]();
  });
}

function take<T>(events: AsyncIterable<T>): AsyncDisposable & { readonly next: (count: number) => Promise<T[]> } {
  const iterator = events[Symbol.asyncIterator]();
  return {
    next: async (count) => {
      const seen: T[] = [];
      while (seen.length < count) {
        const { value, done } = await iterator.next();
        if (done) throw new Error(`the watch ended after ${seen.length} of ${count} events`);
        seen.push(value);
      }
      return seen;
    },
    [Symbol.asyncDispose]: async () => {
      await iterator.return?.();
    },
  };
}
