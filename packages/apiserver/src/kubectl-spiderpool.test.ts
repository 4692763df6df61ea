import assert from "node:assert/strict";
import { test } from "node:test";
import { SpiderIPPool } from "@peapod/api";
import { findKubectls } from "./testing/kubectl.ts";
import { type KubectlDriver, startKubectlDriver } from "./testing/kubectl-driver.ts";

/** What Spiderpool's users do with kubectl, with every kubectl on this machine; old and new ones are strict about fields. */

/** As people find it in a guide: with host bits in its subnet, and a field that pools have no more. */
const pool = `apiVersion: spiderpool.spidernet.io/v2beta1
kind: SpiderIPPool
metadata:
  name: 10-7-v4
spec:
  default: false
  disable: false
  gateway: 10.7.0.1
  ipVersion: 4
  ips:
  - 10.7.120.100-10.7.120.200
  subnet: 10.7.120.11/16
  vlan: 0
`;

const network = `apiVersion: spiderpool.spidernet.io/v2beta1
kind: SpiderMultusConfig
metadata:
  name: macvlan-ens192
  namespace: kube-system
spec:
  cniType: macvlan
  enableCoordinator: true
  macvlan:
    ippools:
      ipv4:
      - 10-7-v4
    master:
    - ens192
    vlanID: 0
`;

async function useSpiderpool({ run, attempt, client }: KubectlDriver): Promise<void> {
  const applied = await attempt("apply -f -", { input: pool });
  assert.equal(applied.stdout, "spiderippool.spiderpool.spidernet.io/10-7-v4 created\n", applied.stderr);
  assert.match(applied.stderr, /^Warning: spec\.subnet: "10\.7\.120\.11\/16" is kept as "10\.7\.0\.0\/16"/m);
  await run("apply -f -", { input: pool }); // as often as one likes
  await run("apply -f -", { input: network });

  const stored = await client.get(SpiderIPPool, { name: "10-7-v4" });
  const status = {
    allocatedIPs: '{"10.7.120.100":{"pod":"default/vm-cirros","podUid":"u"}}',
    allocatedIPCount: 1,
    totalIPCount: 101,
  };
  await client.updateStatus(SpiderIPPool, { ...stored, status });
  assert.equal(
    await run("get spiderippool"),
    [
      "NAME      VERSION   SUBNET        ALLOCATED-IP-COUNT   TOTAL-IP-COUNT   DEFAULT",
      "10-7-v4   4         10.7.0.0/16   1                    101              false",
      "",
    ].join("\n"),
  );
  assert.match(await run("get sp -o wide"), /DEFAULT +DISABLE +NODENAME +MULTUSNAME +APP-NAMESPACE$/m);
  assert.match(await run("get spiderpool -A"), /spidermultusconfig.spiderpool.spidernet.io\/macvlan-ens192/);
  assert.match(await run("get se -A", {}), /^$/);

  assert.match(await run("explain spiderippool.spec"), /excludeIPs\s+<\[\]string>/);
  assert.match(await run("explain smc.spec.macvlan"), /ippools\s+<Object>/);
  assert.match(await run("explain spidercoordinator.spec"), /podCIDRType\s+<string>/);

  const overlapping = pool.replace("name: 10-7-v4", "name: other").replace("10.7.120.11/16", "10.7.0.0/24");
  const refused = await attempt("create -f -", { input: overlapping });
  assert.equal(refused.code, 1);
  assert.equal(
    refused.stderr,
    `The SpiderIPPool "other" is invalid: spec.subnet: Invalid value: "10.7.0.0/24": overlap with IPPool 10-7-v4 which 'spec.subnet' is 10.7.0.0/16\n`,
  );
  const deleted = await attempt("delete sp 10-7-v4 --wait=false");
  assert.match(
    deleted.stderr,
    /Warning: SpiderIPPool "10-7-v4" stays .*held are 1 \(10\.7\.120\.100 by default\/vm-cirros\)/,
  );
  assert.match(await run("get sp 10-7-v4 -o jsonpath={.metadata.finalizers}"), /spiderpool\.spidernet\.io/);
}

for (const kubectl of await findKubectls()) {
  test(`kubectl ${kubectl.version} shows pools as Spiderpool's guides print them, and takes their manifests`, async () => {
    const driver = await startKubectlDriver(kubectl);
    await using _ = driver;
    await useSpiderpool(driver);
  });
}
