import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePort } from "./parse-port.ts";
import { parseRoute } from "./parse-route.ts";

const base = "/apis/subresources.kubevirt.io/v1";

test("parseRoute() finds the object, the subresource and what follows", () => {
  assert.deepEqual(parseRoute(`${base}/namespaces/default/virtualmachineinstances/web/portforward/80/tcp`), {
    to: "subresource",
    namespace: "default",
    owner: "virtualmachineinstances",
    name: "web",
    subresource: "portforward",
    manner: "stream",
    rest: ["80", "tcp"],
  });
});

test("parseRoute() tells what comes later from what does not exist", () => {
  assert.deepEqual(parseRoute(`${base}/namespaces/a/virtualmachines/b/migrate`), {
    to: "later",
    sentence: "Cannot migrate: this Peapod has no live migration; stop and start the machine instead",
  });
  assert.deepEqual(parseRoute(`${base}/namespaces/a/virtualmachines/b/fly`), { to: "nowhere" });
  assert.deepEqual(parseRoute(`${base}/namespaces/a/virtualmachines/b`), { to: "nowhere" });
  assert.deepEqual(parseRoute(`${base}/version`), { to: "version" });
  assert.deepEqual(parseRoute(`${base}/namespaces/a/virtualmachines/b/constructor`), { to: "nowhere" });
  assert.deepEqual(parseRoute(`${base}/namespaces/a/virtualmachines/b/start/c`), { to: "nowhere" });
  assert.deepEqual(parseRoute(`${base}/namespaces/%zz/virtualmachines/b/start`), { to: "nowhere" });
  assert.deepEqual(parseRoute(`${base}/namespaces/a/expand-vm-spec`), { to: "expand-vm-spec", namespace: "a" });
});

test("parsePort() reads a port and its protocol", () => {
  assert.deepEqual(parsePort(["80"]), { port: 80, protocol: "tcp" });
  assert.deepEqual(parsePort(["53", "udp"]), { port: 53, protocol: "udp" });
  for (const rest of [[], ["0"], ["65536"], ["http"], ["80", "sctp"], ["80", "tcp", "x"]]) {
    assert.throws(() => parsePort(rest), { code: 400 });
  }
});
