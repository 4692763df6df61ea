import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualMachine } from "@peapod/api";
import { renderInstance } from "../../render/instance.ts";
import { machine } from "../../testing/index.ts";
import { liveUpdate, restartReason, templateOf } from "./live-update.ts";

type Template = VirtualMachine["spec"]["template"];
const started: Template = {
  metadata: { labels: { app: "web", old: "x" } },
  spec: {
    domain: { devices: {}, memory: { guest: "1Gi" }, cpu: { sockets: 2, cores: 1 } },
    nodeSelector: { disk: "slow", zone: "a" },
  },
};
const domain = { devices: {}, memory: { guest: "1Gi" }, cpu: { sockets: 2, cores: 1 } };
const other = "a non-live-updatable field was changed in the template spec";

test("restartReason() is silent where the template is what the guest was started from", () => {
  assert.equal(restartReason(withTemplate(started), started, false), undefined);
  assert.equal(restartReason(withTemplate(started), undefined, false), undefined);
});

test("restartReason() names a field that cannot change under a guest", () => {
  assert.equal(restartReason(withSpec({ domain: { ...domain, devices: { rng: {} } } }), started, false), other);
  assert.equal(restartReason(withSpec({ domain, hostname: "new" }), started, false), other);
  assert.equal(
    restartReason(withSpec({ domain: { ...domain, cpu: { sockets: 2, cores: 2 } } }), started, false),
    other,
  );
});

test("restartReason() says why CPUs and memory wait", () => {
  const reason = (cpu: object, memory: object) =>
    restartReason(withSpec({ domain: { devices: {}, cpu, memory } }), started, false);
  assert.equal(reason({ sockets: 1, cores: 1 }, { guest: "1Gi" }), "Reduction of CPU socket count requires a restart");
  assert.equal(
    reason({ sockets: 3, cores: 1 }, { guest: "1Gi" }),
    "CPU sockets updated in template spec to a value higher than what's available",
  );
  assert.equal(
    reason({ sockets: 2, cores: 1 }, { guest: "2Gi" }),
    "memory updated in template spec. Memory-hotplug is only available for migratable VMs",
  );
});

test("restartReason() lets labels and placement change, unless changes are staged", () => {
  const moved = withTemplate({ metadata: { labels: { app: "db" } }, spec: { domain, nodeSelector: { zone: "b" } } });
  assert.equal(restartReason(moved, started, false), undefined);
  assert.equal(restartReason(moved, started, true), other);
});

test("liveUpdate() passes on what the template changed, and only that", () => {
  const vmi = renderInstance(withTemplate(started));
  const labelled = {
    ...vmi,
    metadata: { ...vmi.metadata, labels: { ...vmi.metadata.labels, "kubevirt.io/nodeName": "n1" } },
  };
  const changed = withTemplate({
    metadata: { labels: { app: "db" }, annotations: { note: "new" } },
    spec: { domain, nodeSelector: { disk: "fast" }, tolerations: [{ key: "gpu" }] },
  });
  assert.deepEqual(liveUpdate(changed, labelled, started), {
    metadata: { labels: { app: "db", old: null }, annotations: { note: "new" } },
    spec: { nodeSelector: { disk: "fast", zone: null }, tolerations: [{ key: "gpu" }] },
  });
});

test("liveUpdate() is done once the VMI has it all", () => {
  const changed = withTemplate({ metadata: { labels: { app: "db" } }, spec: { domain, nodeSelector: { zone: "b" } } });
  const vmi = renderInstance(changed);
  assert.equal(liveUpdate(changed, vmi, started), undefined);
});

test("liveUpdate() takes a field away that the template no longer has", () => {
  const vmi = renderInstance(withTemplate(started));
  assert.deepEqual(liveUpdate(withTemplate({ metadata: started.metadata, spec: { domain } }), vmi, started), {
    spec: { nodeSelector: null },
  });
});

test("templateOf() reads what the revision kept", () => {
  const revision = { apiVersion: "apps/v1", kind: "ControllerRevision", metadata: {}, revision: 1 };
  assert.equal(templateOf(undefined), undefined);
  assert.deepEqual(
    templateOf({ ...revision, data: JSON.parse(JSON.stringify({ spec: { template: started } })) }),
    started,
  );
});

function withTemplate(template: Template): VirtualMachine {
  return machine({ spec: { template } });
}

function withSpec(spec: NonNullable<Template["spec"]>): VirtualMachine {
  return withTemplate({ ...started, spec: { nodeSelector: started.spec?.nodeSelector, ...spec } });
}
