import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRoute } from "./parse-route.ts";

const base = "/apis/subresources.kubevirt.io/v1";

test("parseRoute() finds the object, the subresource and what follows", () => {
  assert.deepEqual(parseRoute(`${base}/namespaces/default/virtualmachineinstances/web/portforward/80/tcp`), {
    to: "subresource",
    namespace: "default",
    owner: "virtualmachineinstances",
    name: "web",
    subresource: "portforward",
    rest: ["80", "tcp"],
  });
});

test("parseRoute() tells what comes later from what does not exist", () => {
  assert.deepEqual(parseRoute(`${base}/namespaces/a/virtualmachines/b/migrate`), {
    to: "later",
    what: "virtualmachines/migrate",
  });
  assert.deepEqual(parseRoute(`${base}/namespaces/a/virtualmachines/b/fly`), { to: "nowhere" });
  assert.deepEqual(parseRoute(`${base}/namespaces/a/virtualmachines/b`), { to: "nowhere" });
  assert.deepEqual(parseRoute(`${base}/version`), { to: "version" });
});
