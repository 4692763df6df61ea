import assert from "node:assert/strict";
import { test } from "node:test";
import { renderPodDns } from "./dns.ts";

const node = { nameservers: ["192.0.2.1"], search: ["lan"] };
const none = { nameservers: [], search: [] };

test("renderPodDns() gives the node's servers, or those of the pod's network", () => {
  assert.deepEqual(renderPodDns({ containers: [], dnsPolicy: "ClusterFirst" }, node, none), node);
  const plugins = { nameservers: ["10.1.0.1"], search: [] };
  assert.deepEqual(renderPodDns({ containers: [] }, node, plugins), plugins);
});

test("renderPodDns() adds what the pod asks for, and nothing else under None", () => {
  const dnsConfig = { nameservers: ["1.1.1.1", "192.0.2.1"], searches: ["example.org"] };
  assert.deepEqual(renderPodDns({ containers: [], dnsConfig }, node, none), {
    nameservers: ["192.0.2.1", "1.1.1.1"],
    search: ["lan", "example.org"],
  });
  assert.deepEqual(renderPodDns({ containers: [], dnsPolicy: "None", dnsConfig }, node, none), {
    nameservers: ["1.1.1.1", "192.0.2.1"],
    search: ["example.org"],
  });
});
