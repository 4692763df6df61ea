import assert from "node:assert/strict";
import { test } from "node:test";
import { isTrue, readRequestInfo } from "./request-info.ts";

function read(method: string, path: string) {
  return readRequestInfo(method, new URL(path, "http://localhost"));
}

test("readRequestInfo() finds group, version, namespace, resource, name and subresource", () => {
  assert.deepEqual(read("PUT", "/apis/example.com/v1/namespaces/default/widgets/w1/status"), {
    isResource: true,
    verb: "update",
    group: "example.com",
    version: "v1",
    resource: "widgets",
    subresource: "status",
    rest: [],
    namespace: "default",
    name: "w1",
    path: "/apis/example.com/v1/namespaces/default/widgets/w1/status",
  });
});

test("readRequestInfo() tells list, watch, get and deletecollection apart", () => {
  assert.equal(read("GET", "/api/v1/namespaces/default/pods").verb, "list");
  assert.equal(read("GET", "/api/v1/namespaces/default/pods?watch=True").verb, "watch");
  assert.equal(read("GET", "/api/v1/namespaces/default/pods/p1?watch=1").verb, "get");
  assert.equal(read("DELETE", "/api/v1/namespaces/default/pods").verb, "deletecollection");
});

test("readRequestInfo() reads the old watch paths", () => {
  const info = read("GET", "/api/v1/watch/namespaces/default/configmaps/c1");
  assert.ok(info.isResource);
  assert.deepEqual([info.verb, info.namespace, info.resource, info.name], ["watch", "default", "configmaps", "c1"]);
});

test("readRequestInfo() sees a namespace's own subresources and the resources in it", () => {
  const finalize = read("PUT", "/api/v1/namespaces/n1/finalize");
  assert.ok(finalize.isResource);
  assert.deepEqual([finalize.resource, finalize.name, finalize.subresource], ["namespaces", "n1", "finalize"]);
  const pods = read("GET", "/api/v1/namespaces/n1/pods");
  assert.ok(pods.isResource);
  assert.deepEqual([pods.resource, pods.name, pods.namespace], ["pods", undefined, "n1"]);
});

test("readRequestInfo() takes the name out of a field selector, for authorisation", () => {
  const info = read("GET", "/api/v1/namespaces/n1/pods?fieldSelector=metadata.name%3Dp1");
  assert.ok(info.isResource);
  assert.equal(info.name, "p1");
});

test("readRequestInfo() decodes names and leaves other paths alone", () => {
  const info = read("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode");
  assert.ok(info.isResource && info.name === "system:node");
  assert.deepEqual(read("GET", "/apis/example.com/v1"), {
    isResource: false,
    verb: "get",
    path: "/apis/example.com/v1",
  });
  assert.equal(read("GET", "/healthz").isResource, false);
});

test("isTrue() follows Go", () => {
  assert.deepEqual(["true", "True", "1", "", "yes"].map(isTrue), [true, true, true, true, true]);
  assert.deepEqual([null, "0", "false", "False"].map(isTrue), [false, false, false, false]);
});
