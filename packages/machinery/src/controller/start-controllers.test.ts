import assert from "node:assert/strict";
import test from "node:test";
import { ConfigMap, Pod } from "@peapod/api";
import { listCheckpoints } from "../checkpoint/checkpoint.ts";
import { keyOf, parseKey } from "../client/paths.ts";
import { InvalidSpecError } from "../errors/invalid-spec-error.ts";
import { createLogTo } from "../log/create-log.ts";
import { eventually } from "../testing/eventually.ts";
import { createFakeApi, type FakeApi } from "../testing/fake-api.ts";
import { recordingEvents } from "../testing/recording-events.ts";
import { Widget, widget } from "../testing/widget.ts";
import { renderRbac } from "./rbac.ts";
import { startControllers } from "./start-controllers.ts";
import type { AnyController, Controller } from "./types.ts";

type Step = { readonly do: "markSeen"; readonly widget: Widget };

/** Copies a widget's colour into its status. */
const painter: Controller<Widget, { readonly widget: Widget }, Step> = {
  name: "painter",
  for: Widget,
  reads: [],
  writes: [{ kind: Widget, verbs: ["updateStatus"] }],
  observe: (key, { cache }) => {
    const found = cache.get(Widget, parseKey(key));
    return found && { widget: found };
  },
  plan: ({ widget }) => {
    const seen = widget.spec?.color;
    return { steps: seen === widget.status?.seen ? [] : [{ do: "markSeen", widget: { ...widget, status: { seen } } }] };
  },
  effects: {
    markSeen: async ({ widget }, { client, signal }) => {
      await client.updateStatus(Widget, widget, { signal });
    },
  },
};
const seenOf = (api: FakeApi, name: string) => api.get(Widget, { namespace: "a", name })?.status?.seen;

test("startControllers() observes, plans and acts until nothing is left", async (t) => {
  const api = createFakeApi({ kinds: [Widget] });
  api.put(Widget, widget("a/w1", { spec: { color: "red" } }));
  const { lines } = start(t, api, painter);
  await eventually(() => seenOf(api, "w1") === "red");
  await api.client.patch(Widget, { namespace: "a", name: "w1" }, { spec: { color: "blue" } });
  await eventually(() => seenOf(api, "w1") === "blue");
  assert.equal(api.writes().filter(({ path }) => path.endsWith("/status")).length, 2);
  const step = lines().find(({ message }) => message === "step done");
  assert.deepEqual(
    { controller: step?.["controller"], widget: step?.["widget"], step: step?.["step"] },
    { controller: "painter", widget: "a/w1", step: "markSeen" },
  );
});

test("startControllers() retries a step that fails, and logs each failure once", async (t) => {
  const api = createFakeApi({ kinds: [Widget] });
  let failures = 0;
  const flaky: typeof painter = {
    ...painter,
    effects: {
      markSeen: async (step, context) => {
        failures += 1;
        if (failures <= 2) throw new Error("disk is full");
        await painter.effects.markSeen(step, context);
      },
    },
  };
  api.put(Widget, widget("a/w1", { spec: { color: "red" } }));
  const { lines } = start(t, api, flaky);
  await eventually(() => seenOf(api, "w1") === "red");
  const failed = lines().filter(({ message }) => message === "step failed");
  assert.deepEqual(
    failed.map(({ attempt, error }) => [attempt, error]),
    [
      [1, "disk is full"],
      [2, "disk is full"],
    ],
  );
});

test("startControllers() reports an InvalidSpecError and waits for a change", async (t) => {
  const api = createFakeApi({ kinds: [Widget] });
  let looks = 0;
  const strict: typeof painter = {
    ...painter,
    plan: (facts) => {
      looks += 1;
      if (facts.widget.spec?.color === "octarine") {
        throw new InvalidSpecError("Cannot paint octarine: it is no colour", { path: "spec.color", advice: "Say red" });
      }
      return painter.plan(facts);
    },
  };
  const bad = api.put(Widget, widget("a/w1", { spec: { color: "octarine" } }));
  const { events } = start(t, api, strict);
  await eventually(() => events.said.length === 1);
  assert.deepEqual(events.said, [
    "Warning InvalidSpec a/w1: spec.color: Cannot paint octarine: it is no colour. Say red",
  ]);
  await new Promise((resolve) => setTimeout(resolve, 300)); // longer than the first retry would take
  assert.equal(looks, 1);
  api.put(Widget, { ...bad, spec: { color: "red" } });
  await eventually(() => seenOf(api, "w1") === "red");
});

test("startControllers() looks again after the time a plan asks for, and at keys whose object is gone", async (t) => {
  const api = createFakeApi();
  const looks: string[] = [];
  const clock: AnyController = {
    ...painter,
    observe: (key, context) => {
      looks.push(`${key} ${context.cache.get(Widget, parseKey(key)) === undefined ? "gone" : "there"}`);
      return {};
    },
    plan: () => ({ steps: [], ...(looks.length < 3 && { lookAgainInMs: 1 }) }),
  };
  api.put(Widget, widget("a/w1"));
  start(t, api, clock);
  await eventually(() => looks.length === 3);
  api.remove(Widget, { namespace: "a", name: "w1" });
  await eventually(() => looks.length === 4);
  assert.deepEqual(looks, ["a/w1 there", "a/w1 there", "a/w1 there", "a/w1 gone"]);
});

test("startControllers() wakes keys from other kinds, from indexes and from outside", async (t) => {
  const api = createFakeApi();
  const looks = new Set<string>();
  let wakeFromOutside: (key: string) => void = () => {};
  const watcher: AnyController = {
    ...painter,
    reads: [ConfigMap],
    watches: [
      {
        kind: ConfigMap,
        keys: (object, cache) =>
          cache.list(Widget, { index: { name: "color", value: object.metadata.name ?? "" } }).map(keyOf),
      },
    ],
    indexes: [{ kind: Widget, name: "color", values: (object) => [(object as Widget).spec?.color ?? ""] }],
    wakeUps: async (wake, signal) => {
      wakeFromOutside = wake;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
    observe: (key) => {
      looks.add(key);
      return undefined;
    },
  };
  api.put(Widget, widget("a/w1", { spec: { color: "red" } }));
  start(t, api, watcher);
  await eventually(() => looks.has("a/w1"));
  looks.clear();
  api.put(ConfigMap, { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "a", name: "red" } });
  await eventually(() => looks.has("a/w1"));
  wakeFromOutside("a/other");
  await eventually(() => looks.has("a/other"));
});

test("startControllers() holds a controller to what it declares", async (t) => {
  const api = createFakeApi();
  const messages: string[] = [];
  const tell = (error: unknown) => messages.push((error as Error).message);
  const thief: AnyController = {
    ...painter,
    observe: (_, { cache }) => {
      try {
        cache.list(Pod);
      } catch (error) {
        tell(error);
      }
      return {};
    },
    plan: () => ({ steps: messages.length > 1 ? [] : [{ do: "steal" }] }),
    effects: {
      steal: async (_: unknown, { client }: { client: FakeApi["client"] }) => {
        const object = widget("a/w1");
        await client.create(Widget, object).catch(tell);
        await client.patch(Widget, { namespace: "a", name: "w1" }, {}).catch(tell);
        await client.get(Pod, { namespace: "a", name: "p" }).catch(tell);
        await client.request("POST", "/api/v1/namespaces/a/pods/p/eviction").catch(tell);
        await client.updateStatus(Widget, object).catch(() => {});
      },
    },
  };
  api.put(Widget, widget("a/w1"));
  start(t, api, thief);
  await eventually(() => messages.length >= 5);
  assert.deepEqual(messages.slice(0, 5), [
    'The controller "painter" may not read pods: declare it in its `reads`',
    'The controller "painter" may not create widgets.example.com: declare it in its `writes`',
    'The controller "painter" may not patch widgets.example.com: declare it in its `writes`',
    'The controller "painter" may not read pods: declare it in its `reads`',
    'The controller "painter" may not POST /api/v1/namespaces/a/pods/p/eviction: declare it in its `writes`',
  ]);
  assert.deepEqual(
    api.writes().map(({ method, path }) => `${method} ${path}`),
    ["PUT /apis/example.com/v1/namespaces/a/widgets/w1/status"],
  );
});

test("startControllers() shows a controller its own write before it looks again", async (t) => {
  const api = createFakeApi();
  const counts: number[] = [];
  const maker: AnyController = {
    ...painter,
    reads: [ConfigMap],
    writes: [{ kind: ConfigMap, verbs: ["create"] }],
    observe: (_, { cache }) => ({ maps: cache.list(ConfigMap).length }),
    plan: ({ maps }: { maps: number }) => {
      counts.push(maps);
      return { steps: maps < 3 ? [{ do: "make" }] : [], lookAgainInMs: 0 };
    },
    effects: {
      make: async (_: unknown, { client }: { client: FakeApi["client"] }) => {
        const metadata = { namespace: "a", generateName: "m-" };
        await client.create(ConfigMap, { apiVersion: "v1", kind: "ConfigMap", metadata });
      },
    },
  };
  api.put(Widget, widget("a/w1"));
  start(t, api, maker);
  await eventually(() => counts.includes(3));
  assert.deepEqual(counts.slice(0, 4), [0, 1, 2, 3]);
});

test("startControllers() ends when its signal aborts, after the last effect", async () => {
  const api = createFakeApi();
  const abort = new AbortController();
  let isEffectDone = false;
  const begun = Promise.withResolvers<void>();
  const slow: AnyController = {
    ...painter,
    observe: () => ({}),
    plan: () => ({ steps: [{ do: "work" }] }),
    effects: {
      work: async () => {
        begun.resolve();
        await new Promise((resolve) => setTimeout(resolve, 50));
        isEffectDone = true;
      },
    },
  };
  api.put(Widget, widget("a/w1"));
  const log = createLogTo(() => {}, { component: "test" });
  const runtime = startControllers([slow], {
    client: api.client,
    log,
    recorder: recordingEvents(),
    signal: abort.signal,
  });
  await runtime.synced;
  await begun.promise;
  abort.abort();
  await runtime.done;
  assert.equal(isEffectDone, true);
});

test("startControllers() registers a checkpoint for every step", (t) => {
  start(t, createFakeApi(), painter);
  assert.ok(listCheckpoints().includes("painter/markSeen"));
});

test("renderRbac() grants what is declared and nothing else", () => {
  const rules = renderRbac([
    painter,
    {
      ...painter,
      reads: [Pod, ConfigMap],
      writes: [{ kind: Pod, verbs: ["create", "delete", "bind", "evict", "patchStatus"] }],
    },
  ]);
  assert.deepEqual(rules, [
    { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] },
    { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
    { apiGroups: [""], resources: ["pods"], verbs: ["create", "delete", "get", "list", "watch"] },
    { apiGroups: [""], resources: ["pods/binding", "pods/eviction"], verbs: ["create"] },
    { apiGroups: [""], resources: ["pods/status"], verbs: ["patch"] },
    { apiGroups: ["example.com"], resources: ["widgets"], verbs: ["get", "list", "watch"] },
    { apiGroups: ["example.com"], resources: ["widgets/status"], verbs: ["update"] },
  ]);
});

function start(t: test.TestContext, api: FakeApi, controller: AnyController) {
  const abort = new AbortController();
  const events = recordingEvents();
  const written: string[] = [];
  const log = createLogTo((line) => written.push(line), { component: "test" });
  const { client } = api;
  const { done } = startControllers([controller], {
    client,
    log,
    recorder: events,
    random: () => 0,
    signal: abort.signal,
  });
  t.after(() => {
    abort.abort();
    return done;
  });
  const lines = (): readonly Record<string, unknown>[] => written.map((line) => JSON.parse(line));
  return { events, lines };
}
