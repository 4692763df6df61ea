import assert from "node:assert/strict";
import test from "node:test";
import {
  invalid as invalidValue,
  required as requiredValue,
  tooLong as tooLongValue,
  notSupported as unsupportedValue,
} from "@peapod/api";
import { ApiError, statusOf, statusResponse } from "./api-error.ts";
import { InvalidSpecError } from "./invalid-spec-error.ts";
import { readError } from "./read-error.ts";
import { accessDenied, conflict, invalid, notFound, requestTooLarge, withoutReason } from "./refusals.ts";

const widgets = { group: "example.com", plural: "widgets", kind: "Widget" };

test("notFound() answers as the recorded server did, also for the core group", () => {
  assert.deepEqual(notFound(widgets, "nope").status, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: 'widgets.example.com "nope" not found',
    reason: "NotFound",
    details: { name: "nope", group: "example.com", kind: "widgets" },
    code: 404,
  });
  assert.equal(notFound({ group: "", plural: "configmaps" }, "x").message, 'configmaps "x" not found');
});

test("conflict() has the sentence that programs search for", () => {
  assert.equal(
    conflict(widgets, "e1").message,
    'Operation cannot be fulfilled on widgets.example.com "e1": the object has been modified; please apply your changes to the latest version and try again',
  );
});

test("invalid() lists every problem, repeated ones once", () => {
  const one = invalid(widgets, "", [requiredValue("metadata.name", "name or generateName is required")]);
  assert.equal(
    one.message,
    'Widget.example.com "" is invalid: metadata.name: Required value: name or generateName is required',
  );
  assert.deepEqual(one.status.details, {
    group: "example.com",
    kind: "Widget",
    causes: [
      {
        reason: "FieldValueRequired",
        message: "Required value: name or generateName is required",
        field: "metadata.name",
      },
    ],
  });
  const twice = invalidValue("a", 0, "must be specified for an update");
  const several = invalid(widgets, "e1", [twice, twice, unsupportedValue("b", "x", ["", "y"]), tooLongValue("c", 5)]);
  assert.equal(
    several.message,
    'Widget.example.com "e1" is invalid: [a: Invalid value: 0: must be specified for an update, b: Unsupported value: "x": supported values: "", "y", c: Too long: may not be more than 5 bytes]',
  );
});

test("accessDenied() words namespaced, cluster-wide, subresource and path refusals", () => {
  const user = "bob";
  assert.equal(
    accessDenied({ user, verb: "list", resource: widgets, namespace: "default" }).message,
    'widgets.example.com is forbidden: User "bob" cannot list resource "widgets" in API group "example.com" in the namespace "default"',
  );
  assert.equal(
    accessDenied({ user, verb: "get", resource: { group: "", plural: "nodes" }, name: "n1" }).message,
    'nodes "n1" is forbidden: User "bob" cannot get resource "nodes" in API group "" at the cluster scope',
  );
  assert.equal(
    accessDenied({ user, verb: "get", resource: widgets, subresource: "status", name: "e1", namespace: "default" })
      .message,
    'widgets.example.com "e1" is forbidden: User "bob" cannot get resource "widgets/status" in API group "example.com" in the namespace "default"',
  );
  const path = accessDenied({ user, verb: "get", path: "/metrics" });
  assert.equal(path.message, 'forbidden: User "bob" cannot get path "/metrics"');
  assert.deepEqual(path.status.details, {});
});

test("a refusal without reason stays without one", () => {
  const { status } = withoutReason(500, "resourceVersion should not be set on objects to be created");
  assert.equal("reason" in status, false);
  assert.equal(status.code, 500);
});

test("statusOf() makes Invalid of an InvalidSpecError and InternalError of anything else", () => {
  const spec = new InvalidSpecError('Cannot give "a" the address b', { path: "spec.x", advice: "Name another pool" });
  assert.equal(statusOf(spec).code, 422);
  assert.equal(statusOf(spec).details?.causes?.[0]?.field, "spec.x");
  assert.equal(statusOf(new Error("boom")).message, "Internal error occurred: boom");
  assert.equal(statusOf(requestTooLarge(3145728)).message, "Request entity too large: limit is 3145728");
});

test("readError() gives back the Status that was sent", async () => {
  const error = await readError(statusResponse(notFound(widgets, "nope").status));
  assert.ok(error instanceof ApiError);
  assert.deepEqual(error.status, notFound(widgets, "nope").status);
});

test("readError() makes client-go's sentence of a text answer", async () => {
  const missing = await readError(new Response("404 page not found\n", { status: 404 }));
  assert.equal(missing.message, "the server could not find the requested resource");
  assert.equal(missing.reason, "NotFound");
  const broken = await readError(new Response("oops", { status: 502 }));
  assert.equal(broken.message, 'an error on the server ("oops") has prevented the request from succeeding');
});
