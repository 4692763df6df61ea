import assert from "node:assert/strict";
import test from "node:test";
import { type Kind, type KubeObject, ObjectMeta, object, string } from "@peapod/api";
import { statusResponse } from "../errors/api-error.ts";
import { notFound } from "../errors/refusals.ts";
import { createClient } from "./client.ts";
import { listAll } from "./list-all.ts";
import { keyOf, parseKey, pathOf } from "./paths.ts";

interface Widget extends KubeObject {
  readonly spec?: { readonly color: string };
}
const Widget: Kind<Widget> = {
  group: "example.com",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  singular: "widget",
  namespaced: true,
  subresources: { status: true },
  schema: object({ apiVersion: string(), kind: string(), metadata: ObjectMeta }) as Kind<Widget>["schema"],
};
const widget: Widget = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w1", namespace: "a" } };

test("createClient() addresses objects, collections and subresources", async () => {
  const { client, sent } = recording(() => Response.json(widget));
  await client.get(Widget, { namespace: "a", name: "w 1" });
  await client.create(Widget, widget, { dryRun: true, fieldManager: "me" });
  await client.update(Widget, widget);
  await client.updateStatus(Widget, widget);
  await client.patch(Widget, { namespace: "a", name: "w1" }, { spec: null }, { subresource: "scale" });
  await client.apply(Widget, widget, { fieldManager: "me", force: true });
  assert.deepEqual(
    sent.map(({ method, path }) => `${method} ${path}`),
    [
      "GET /apis/example.com/v1/namespaces/a/widgets/w%201",
      "POST /apis/example.com/v1/namespaces/a/widgets?dryRun=All&fieldManager=me",
      "PUT /apis/example.com/v1/namespaces/a/widgets/w1",
      "PUT /apis/example.com/v1/namespaces/a/widgets/w1/status",
      "PATCH /apis/example.com/v1/namespaces/a/widgets/w1/scale",
      "PATCH /apis/example.com/v1/namespaces/a/widgets/w1?fieldManager=me&force=true",
    ],
  );
  assert.deepEqual(
    sent.map(({ contentType }) => contentType),
    [
      null,
      "application/json",
      "application/json",
      "application/json",
      "application/merge-patch+json",
      "application/apply-patch+yaml",
    ],
  );
});

test("createClient().updateStatus() writes the whole object of a kind without a status subresource", async () => {
  const { subresources: _, ...plain } = Widget;
  const { client, sent } = recording(() => Response.json(widget));
  await client.updateStatus(plain, widget);
  assert.equal(sent[0]?.path, "/apis/example.com/v1/namespaces/a/widgets/w1");
});

test("createClient() throws the Status of a refusal, find() and delete() take a missing object calmly", async () => {
  const { client, sent } = recording(() => statusResponse(notFound(Widget, "w1").status));
  await assert.rejects(client.get(Widget, { namespace: "a", name: "w1" }), {
    message: 'widgets.example.com "w1" not found',
    code: 404,
    reason: "NotFound",
  });
  assert.equal(await client.find(Widget, { namespace: "a", name: "w1" }), undefined);
  await client.delete(Widget, { namespace: "a", name: "w1" }, { uid: "u1", gracePeriodSeconds: 0 });
  assert.deepEqual(JSON.parse(sent[2]?.body ?? ""), {
    kind: "DeleteOptions",
    apiVersion: "v1",
    preconditions: { uid: "u1" },
    gracePeriodSeconds: 0,
  });
});

test("createClient().list() gives items their kind, which built-in lists leave out", async () => {
  const { client } = recording(() =>
    Response.json({ metadata: { resourceVersion: "7", continue: "" }, items: [{ metadata: { name: "w1" } }] }),
  );
  assert.deepEqual(await client.list(Widget, { namespace: "a" }), {
    items: [{ apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w1" } }],
    resourceVersion: "7",
  });
});

test("listAll() follows the pages, with the resourceVersion only on the first", async () => {
  const pages: Record<string, unknown> = {
    "": { metadata: { resourceVersion: "7", continue: "t1" }, items: [widget] },
    t1: { metadata: { resourceVersion: "7" }, items: [widget] },
  };
  const { client, sent } = recording((request) =>
    Response.json(pages[new URL(request.url).searchParams.get("continue") ?? ""]),
  );
  const list = await listAll(client, Widget, { resourceVersion: "0", limit: 1 });
  assert.equal(list.items.length, 2);
  assert.deepEqual(
    sent.map(({ path }) => path),
    ["/apis/example.com/v1/widgets?limit=1&resourceVersion=0", "/apis/example.com/v1/widgets?limit=1&continue=t1"],
  );
});

test("createClient().request() sends any path, and takes an empty answer", async () => {
  const { client, sent } = recording(() => new Response(null, { status: 202 }));
  assert.equal(await client.request("PUT", "/apis/x/y", { body: { a: 1 }, query: { b: "c" } }), undefined);
  assert.deepEqual(sent[0], { method: "PUT", path: "/apis/x/y?b=c", contentType: "application/json", body: '{"a":1}' });
});

test("keyOf() and parseKey() are each other's reverse", () => {
  assert.equal(keyOf(widget), "a/w1");
  assert.deepEqual(parseKey("a/w1"), { namespace: "a", name: "w1" });
  assert.deepEqual(parseKey("n1"), { name: "n1" });
  assert.equal(
    pathOf({ group: "", version: "v1", plural: "nodes", namespaced: false }, { namespace: "a", name: "n1" }),
    "/api/v1/nodes/n1",
  );
});

function recording(answer: (request: Request) => Response) {
  const sent: { method: string; path: string; contentType: string | null; body?: string }[] = [];
  const client = createClient({
    fetch: async (request) => {
      const url = new URL(request.url);
      const body = await request.clone().text();
      sent.push({
        method: request.method,
        path: `${url.pathname}${url.search}`,
        contentType: request.headers.get("content-type"),
        ...(body !== "" && { body }),
      });
      return answer(request);
    },
  });
  return { client, sent };
}
