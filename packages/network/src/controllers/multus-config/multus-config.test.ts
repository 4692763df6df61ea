import assert from "node:assert/strict";
import test from "node:test";
import { NetworkAttachmentDefinition, SpiderMultusConfig } from "@peapod/api";
import { silentLog, startControllers } from "@peapod/machinery";
import { converge, createFakeApi, eventually, stepNames } from "@peapod/machinery/testing";
import { renderDefaultNetwork } from "../../render/default-network.ts";
import { multusConfigController } from "./index.ts";
import { type Facts, planMultusConfig, type Step } from "./plan.ts";

const key = { namespace: "kube-system", name: "macvlan-ens192" };

test("planMultusConfig() makes the NAD, as its owner, and puts right what others change about it", () => {
  const facts: Facts = { key, nad: undefined, configs: [macvlan("macvlan-ens192", "u1")] };
  const made = converge({ plan: planMultusConfig, facts, apply });
  assert.equal(made.nad?.metadata.ownerReferences?.[0]?.uid, "u1");
  assert.equal(made.nad?.metadata.ownerReferences?.[0]?.controller, true);
  assert.match(made.nad?.spec?.config ?? "", /"type":"macvlan","master":"ens192"/);
  const spoilt = { ...made, nad: { ...made.nad, spec: { config: "{}" } } as NetworkAttachmentDefinition };
  assert.deepEqual(converge({ plan: planMultusConfig, facts: spoilt, apply }).nad, made.nad);
});

test("planMultusConfig() takes over a NAD of nobody's, and keeps what else is written on it", () => {
  const nad = nadOf("{}", { note: "mine" });
  const { nad: taken } = converge({
    plan: planMultusConfig,
    facts: { key, nad, configs: [macvlan("macvlan-ens192", "u1")] },
    apply,
  });
  assert.equal(taken?.metadata.annotations?.["note"], "mine");
  assert.equal(taken?.metadata.ownerReferences?.length, 1);
  assert.match(taken?.spec?.config ?? "", /ens192/);
});

test("planMultusConfig() leaves the default network what it is when a config names it and says nothing", () => {
  const place = { namespace: "kube-system", name: "k8s-pod-network" };
  const config: SpiderMultusConfig = {
    ...macvlan("calico", "u1"),
    metadata: { namespace: "kube-system", name: "calico", annotations: { "multus.spidernet.io/cr-name": place.name } },
    spec: { cniType: "custom", customCNI: "", enableCoordinator: false },
  };
  const there: Facts = { key: place, nad: renderDefaultNetwork(), configs: [config] };
  assert.deepEqual(planMultusConfig(there).steps, []);
  const { nad } = converge({ plan: planMultusConfig, facts: { ...there, nad: undefined }, apply });
  assert.deepEqual(nad, renderDefaultNetwork());
});

test("planMultusConfig() makes the default network again when somebody deletes it", () => {
  const place = { namespace: "kube-system", name: "k8s-pod-network" };
  assert.deepEqual(stepNames(planMultusConfig({ key: place, nad: undefined, configs: [] })), ["createNad"]);
  assert.deepEqual(planMultusConfig({ key, nad: undefined, configs: [] }).steps, []);
});

test("planMultusConfig() tells the second who wants the same NAD, and keeps it the first one's", () => {
  const [first, second] = [macvlan("macvlan-ens192", "u1"), { ...macvlan("other", "u0") }];
  const { nad } = converge({ plan: planMultusConfig, facts: { key, nad: undefined, configs: [first] }, apply });
  const { steps } = planMultusConfig({ key, nad, configs: [second, first] });
  assert.deepEqual(steps, [
    {
      do: "refuse",
      config: second,
      message:
        "the net-attach-def kube-system/macvlan-ens192 already exists and is managed by SpiderMultusConfig kube-system/macvlan-ens192.",
    },
  ]);
});

test("the controller follows a config and brings back a NAD that was deleted", async () => {
  const { client, put, get } = createFakeApi({ kinds: [NetworkAttachmentDefinition, SpiderMultusConfig] });
  put(SpiderMultusConfig, macvlan("macvlan-ens192", "u1"));
  const stop = new AbortController();
  const recorder = { record: () => {} };
  const options = { client, log: silentLog, recorder, signal: stop.signal };
  const { done } = startControllers([multusConfigController], options);
  const config = () => get(NetworkAttachmentDefinition, key)?.spec?.config;
  await eventually(() => config() !== undefined);
  await client.delete(NetworkAttachmentDefinition, key);
  await eventually(() => config() !== undefined);
  const changed = await client.find(SpiderMultusConfig, key);
  assert.ok(changed);
  await client.update(SpiderMultusConfig, { ...changed, spec: { ...changed.spec, disableIPAM: true } });
  await eventually(() => config()?.includes("ipam") === false);
  await eventually(
    () => get(NetworkAttachmentDefinition, { namespace: "kube-system", name: "k8s-pod-network" }) !== undefined,
  );
  stop.abort();
  await done;
});

function macvlan(name: string, uid: string): SpiderMultusConfig {
  return {
    apiVersion: "spiderpool.spidernet.io/v2beta1",
    kind: "SpiderMultusConfig",
    metadata: { namespace: "kube-system", name, uid },
    spec: { cniType: "macvlan", macvlan: { master: ["ens192"] } },
  };
}

function nadOf(config: string, annotations: Record<string, string>): NetworkAttachmentDefinition {
  const metadata = { ...key, annotations };
  return { apiVersion: "k8s.cni.cncf.io/v1", kind: "NetworkAttachmentDefinition", metadata, spec: { config } };
}

function apply(facts: Facts, step: Step): Facts {
  return step.do === "refuse"
    ? { ...facts, configs: facts.configs.filter((one) => one !== step.config) }
    : { ...facts, nad: step.nad };
}
