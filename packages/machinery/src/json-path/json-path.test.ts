import assert from "node:assert/strict";
import test from "node:test";
import { compileJsonPath, firstAt } from "./json-path.ts";

const pod = {
  metadata: { labels: { "kubevirt.io/domain": "web", app: "x" } },
  spec: { ports: [{ port: 80, name: "http" }, { port: 443, name: "https" }, { port: 22 }], isOn: true },
  status: {
    conditions: [
      { type: "Ready", status: "True" },
      { type: "Live[Migratable]", status: "False" },
    ],
  },
};
const at = (path: string) => compileJsonPath(path)(pod);

test("compileJsonPath() follows names, quoted and escaped ones too", () => {
  assert.deepEqual(at(".metadata.labels.app"), ["x"]);
  assert.deepEqual(at("metadata.labels.app"), ["x"]);
  assert.deepEqual(at("{.metadata.labels.app}"), ["x"]);
  assert.deepEqual(at(".metadata.labels.kubevirt\\.io/domain"), ["web"]);
  assert.deepEqual(at(".metadata.labels['kubevirt.io/domain']"), ["web"]);
  assert.deepEqual(at(".metadata.labels['app','kubevirt.io/domain']"), ["x", "web"]);
  assert.deepEqual(at("."), [pod]);
});

test("compileJsonPath() takes items by index, slice and star", () => {
  assert.deepEqual(at(".spec.ports[0].port"), [80]);
  assert.deepEqual(at(".spec.ports[-1].port"), [22]);
  assert.deepEqual(at(".spec.ports[0,2].port"), [80, 22]);
  assert.deepEqual(at(".spec.ports[1:].port"), [443, 22]);
  assert.deepEqual(at(".spec.ports[0:3:2].port"), [80, 22]);
  assert.deepEqual(at(".spec.ports[*].name"), ["http", "https"]);
  assert.deepEqual(at(".metadata.labels.*"), ["web", "x"]);
  assert.deepEqual(at("..port"), [80, 443, 22]);
});

test("compileJsonPath() filters", () => {
  assert.deepEqual(at('.status.conditions[?(@.type=="Ready")].status'), ["True"]);
  assert.deepEqual(at(".status.conditions[?(@.type == 'Live[Migratable]')].status"), ["False"]);
  assert.deepEqual(at(".spec.ports[?(@.port>79)].port"), [80, 443]);
  assert.deepEqual(at(".spec.ports[?(@.port<=80)].port"), [80, 22]);
  assert.deepEqual(at(".spec.ports[?(@.name)].port"), [80, 443]);
  assert.deepEqual(at('.spec.ports[?(@.name!="http")].port'), [443]);
});

test("compileJsonPath() finds nothing calmly", () => {
  assert.deepEqual(at(".nope.deeper[3]"), []);
  assert.deepEqual(at(".spec.ports[9]"), []);
  assert.deepEqual(at(".spec.isOn.x"), []);
  assert.deepEqual(at(".constructor"), []);
  assert.equal(firstAt(compileJsonPath(".spec.isOn"), pod), true);
});

test("compileJsonPath() refuses what it cannot read", () => {
  for (const path of [".a[", ".a[x]", ".a..", "a b", ".a[?(@.b==c)]"]) {
    assert.throws(() => compileJsonPath(path), { name: "JsonPathError" }, path);
  }
});
