import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { defaultSettings, type SelectionFacts } from "@peapod/network";
import { openSandboxStore } from "../sandbox/store.ts";
import type { Sandbox } from "../sandbox/types.ts";
import { createPodOwners } from "./pod-owners.ts";

test("createPodOwners() says that the VM owns its pod's addresses, or the pod where they are not kept", async (t) => {
  const guestsDir = mkdtempSync(join(tmpdir(), "node-owners-"));
  t.after(() => rmSync(guestsDir, { recursive: true, force: true }));
  const sandboxes = await openSandboxStore(guestsDir);
  const sandbox = sandboxOf(guestsDir);
  mkdirSync(sandbox.dataDir);
  await sandboxes.put(sandbox);
  let settings = defaultSettings;
  const owners = createPodOwners(sandboxes, "n1", () => settings);
  const asked = { namespace: "default", name: "p", uid: "pod-uid", containerId: "pod-uid" };
  const vm = { kind: "vm", namespace: "default", name: "web" } as const;
  const identity = await owners.identify(asked);
  assert.deepEqual([identity?.owner.name, identity?.isKept, identity?.selection], ["web", true, undefined]);
  assert.deepEqual(owners.present(), [vm]);
  assert.deepEqual(owners.interfacesOf(vm)[0]?.addresses, ["10.7.120.100/16"]);
  const facts = { pod: { name: "p" } } as SelectionFacts; // handed on as it is
  {
    using _ = owners.asks("pod-uid", facts);
    assert.equal((await owners.identify(asked))?.selection, facts);
  }
  assert.equal((await owners.identify(asked))?.selection, undefined);
  settings = { ...defaultSettings, enableKubevirtStaticIP: false };
  assert.deepEqual(owners.present(), [{ kind: "pod", namespace: "default", name: "virt-launcher-web" }]);
  assert.equal((await owners.identify(asked))?.isKept, false);
  assert.ok(owners.isInUse(vm), "its pod may still have what the VM held before");
  await sandboxes.put({ ...sandbox, state: "removed" });
  assert.deepEqual([owners.present(), owners.isInUse(vm)], [[], false]);
  assert.equal(await owners.identify({ ...asked, containerId: "other" }), undefined);
});

function sandboxOf(guestsDir: string): Sandbox {
  return {
    ...{
      formatVersion: 1,
      state: "standing",
      podUid: "pod-uid",
      podNamespace: "default",
      podName: "virt-launcher-web",
    },
    ...{
      vmiUid: "vmi-uid",
      vmiName: "web",
      number: 1,
      instance: "abc123",
      netnsPath: "/run/netns/x",
      runDir: "/run/x",
    },
    ...{ dataDir: join(guestsDir, "vmi-uid"), cgroupPaths: [], uid: 1, gid: 1, bootId: "boot" },
    interfaces: [
      {
        ...{ name: "eth0", nad: { namespace: "kube-system", name: "lan" }, mac: "02:00:00:00:00:01", mtu: 1500 },
        ...{ addresses: ["10.7.120.100/16"], gateways: [], routes: [], dns: { nameservers: [], search: [] } },
      },
    ],
  };
}
