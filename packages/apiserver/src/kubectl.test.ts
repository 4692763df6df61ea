import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigMap, type Event, Event as EventKind, Node, Pod, VirtualMachine } from "@peapod/api";
import { renderKubeconfig } from "./pki/kubeconfig.ts";
import { findKubectls } from "./testing/kubectl.ts";
import { type KubectlDriver, startKubectlDriver } from "./testing/kubectl-driver.ts";

/** What people do with kubectl, with every kubectl on this machine. The recordings hold the details, this the purpose. */

const examples = join(import.meta.dirname, "../../../examples");

interface Behaviour {
  readonly name: string;
  /** The first version that has the command. */
  readonly since?: number;
  readonly check: (kubectl: KubectlDriver) => Promise<void>;
}

const behaviours: readonly Behaviour[] = [
  {
    name: "applies a machine twice, and a change of it",
    check: async ({ run }) => {
      assert.match(
        await run(`apply -f ${examples}/vm-cirros.yaml`),
        /^virtualmachine.kubevirt.io\/vm-cirros created$/m,
      );
      assert.match(
        await run(`apply -f ${examples}/vm-cirros.yaml`),
        /^virtualmachine.kubevirt.io\/vm-cirros unchanged$/m,
      );
      const yaml = await run("get vm vm-cirros -o yaml");
      const halted = yaml.replace("runStrategy: Always", "runStrategy: Halted");
      assert.match(await run("apply -f -", { input: halted }), /vm-cirros configured/);
      assert.equal(await run("get vm vm-cirros -o jsonpath={.spec.runStrategy}"), "Halted");
    },
  },
  {
    name: "applies by server-side apply, and sees a conflict",
    check: async ({ run, attempt }) => {
      const map = (a: string) =>
        JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "ssa" }, data: { a } });
      await run("apply --server-side --field-manager=one -f -", { input: map("1") });
      const { code, stderr } = await attempt("apply --server-side --field-manager=two -f -", { input: map("2") });
      assert.equal(code, 1);
      assert.match(stderr, /Apply failed with 1 conflict: conflict with "one".*\.data\.a/s);
      await run("apply --server-side --field-manager=two --force-conflicts -f -", { input: map("2") });
      assert.equal(await run("get cm ssa -o jsonpath={.data.a}"), "2");
    },
  },
  {
    name: "explains our kinds and Kubernetes' own",
    check: async ({ run }) => {
      assert.match(await run("explain vm.spec"), /runStrategy\s+<string>/);
      assert.match(await run("explain virtualmachineinstance.spec.domain.devices.disks"), /bootOrder\s+<integer>/);
      assert.match(await run("explain pod.spec.containers.resources"), /limits/);
      assert.match(await run("explain crd.spec.names"), /shortNames\s+<\[\]string>/);
    },
  },
  {
    name: "waits until a condition comes true",
    check: async ({ run, client, watched }) => {
      await run("apply -f -", { input: machine("waiting") });
      const opened = watched("virtualmachines");
      const waiting = run("wait vm/waiting --for=condition=Ready --timeout=60s");
      await opened;
      const vm = await client.get(VirtualMachine, { namespace: "default", name: "waiting" });
      const status = { conditions: [{ type: "Ready", status: "True" as const }] };
      await client.updateStatus(VirtualMachine, { ...vm, status });
      assert.match(await waiting, /condition met/);
    },
  },
  {
    name: "watches as rows of a table",
    check: async ({ attempt, client, watched }) => {
      const opened = watched("configmaps");
      const watching = attempt("get cm -w", { until: /^seen +2 /m });
      await opened;
      const metadata = { name: "seen", namespace: "default" };
      await client.create(ConfigMap, { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "1", b: "2" } });
      const { stdout } = await watching;
      assert.match(stdout, /^NAME +DATA +AGE$/m);
    },
  },
  {
    name: "creates by its typed commands",
    check: async ({ run, minor }) => {
      await run("create configmap c1 --from-literal=a=b");
      await run("create secret generic s1 --from-literal=a=b");
      await run("create ns n1");
      await run("create sa sa1");
      await run("create role r1 --verb=get --resource=pods");
      await run("create clusterrole cr1 --verb=get --non-resource-url=/metrics");
      await run("create rolebinding rb1 --role=r1 --serviceaccount=default:sa1");
      await run("create clusterrolebinding crb1 --clusterrole=cr1 --user=bob");
      await run("create service clusterip svc1 --tcp=80:8080");
      await run("create quota q1 --hard=cpu=1,memory=1Gi");
      // Older ones know policy/v1beta1 only.
      if (minor >= 21) await run("create pdb pdb1 --selector=app=a --min-available=50%");
      await run("create priorityclass pc1 --value=1000");
      assert.equal(await run("get cm c1 -o jsonpath={.data.a}"), "b");
      assert.equal(await run("get secret s1 -o jsonpath={.data.a}"), "Yg==");
      assert.equal(await run("get svc svc1 -o jsonpath={.spec.ports[0].targetPort}"), "8080");
      assert.equal(await run("get rolebinding rb1 -o jsonpath={.subjects[0].name}"), "sa1");
      assert.equal(await run("get quota q1 -o jsonpath={.spec.hard.memory}"), "1Gi");
      assert.match(
        await run("get role,rolebinding,pdb,quota,priorityclass,svc"),
        /priorityclass.scheduling.k8s.io\/pc1/,
      );
      await run(
        "delete cm/c1 secret/s1 ns/n1 role/r1 clusterrole/cr1 rolebinding/rb1 clusterrolebinding/crb1 svc/svc1 quota/q1",
      );
    },
  },
  {
    name: "gets a token that the server believes, for the account it names",
    since: 24,
    check: async ({ run, attempt, folder, url, pki }) => {
      const token = (await run("create token default --duration=10m")).trim();
      const kubeconfig = join(folder, "token-kubeconfig");
      await writeFile(kubeconfig, renderKubeconfig({ server: url, ca: pki.ca, user: { token } }));
      const { code, stderr } = await attempt("get nodes", { kubeconfig });
      assert.equal(code, 1);
      const who = 'User "system:serviceaccount:default:default" cannot list resource "nodes"';
      assert.ok(stderr.includes(`nodes is forbidden: ${who} in API group "" at the cluster scope`), stderr);
      const wrong = join(folder, "wrong-kubeconfig");
      await writeFile(wrong, renderKubeconfig({ server: url, ca: pki.ca, user: { token: `${token}x` } }));
      assert.match((await attempt("get nodes", { kubeconfig: wrong })).stderr, /Unauthorized|must be logged in/);
      assert.match((await attempt("create token default --duration=10s")).stderr, /less than 10 minutes/);
    },
  },
  {
    name: "asks what somebody may do",
    check: async ({ run, attempt }) => {
      assert.match(await run("auth can-i create vm"), /yes/);
      assert.match((await attempt("auth can-i create vm --as=bob")).stdout, /no/);
      const { stderr } = await attempt("get vm --as=bob --as-group=devs");
      assert.match(
        stderr,
        /User "bob" cannot list resource "virtualmachines" in API group "kubevirt.io" in the namespace "default"/,
      );
    },
  },
  {
    name: "edits, patches, labels and annotates",
    check: async ({ run, attempt }) => {
      await run("create cm edited --from-literal=color=red");
      assert.match(await run("edit cm edited", { env: { EDITOR: "sed -i s/red/green/" } }), /edited/);
      assert.equal(await run("get cm edited -o jsonpath={.data.color}"), "green");
      await run(`patch cm edited -p '{"data":{"size":"big"}}'`);
      await run(`patch cm edited --type=json -p '[{"op":"remove","path":"/data/color"}]'`);
      await run("label cm edited a=b");
      await run("annotate cm edited c=d");
      const { data, metadata } = JSON.parse(await run("get cm edited -o json"));
      assert.deepEqual([data, metadata.labels, metadata.annotations], [{ size: "big" }, { a: "b" }, { c: "d" }]);
      assert.match((await attempt("label cm edited a=c")).stderr, /already has a value/);
      await run("label cm edited a-");
      assert.equal(await run("get cm -l a -o name"), "");
    },
  },
  {
    name: "merges lists of Kubernetes' own kinds by their keys",
    check: async ({ run }) => {
      const service = (...ports: number[]) =>
        JSON.stringify({
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "merged" },
          spec: { selector: { a: "b" }, ports: ports.map((port) => ({ name: `p${port}`, port })) },
        });
      await run("apply -f -", { input: service(80, 443) });
      await run(`patch svc merged -p '{"spec":{"ports":[{"port":80,"name":"web"}]}}'`);
      assert.equal(await run("get svc merged -o jsonpath={.spec.ports[*].name}"), "web p443");
      await run("apply -f -", { input: service(443, 8080) });
      const ports = await run("get svc merged -o jsonpath={.spec.ports[*].port}");
      assert.deepEqual(ports.split(" ").toSorted(), ["443", "8080"]);
      await run("delete svc merged");
    },
  },
  {
    name: "shows the log of a pod as its node gives it",
    check: async ({ run, client }) => {
      await run("apply -f pod.yaml");
      assert.equal(await run("logs p1 --tail=5"), "log of /containerLogs/default/p1/c, tail 5\n");
      assert.match(await run("get pod p1 -o wide"), /^p1 +0\/1 +Pending +0 +\S+ +<none> +node1 /m);
      await client.delete(Pod, { namespace: "default", name: "p1" }, { gracePeriodSeconds: 0 });
    },
  },
  {
    name: "shows events, alone and with their object",
    check: async ({ run, client, minor }) => {
      await run("create cm eventful");
      const { uid = "" } = (await client.get(ConfigMap, { namespace: "default", name: "eventful" })).metadata;
      await client.create(EventKind, event("eventful", uid));
      assert.match(await run("get events"), /Warning +TooLittle +configmap\/eventful +there is nothing in it/);
      if (minor >= 26) assert.match(await run("events --for=cm/eventful"), /TooLittle/);
      assert.match(
        await run("describe cm eventful"),
        /Warning +TooLittle +\S+( \(\S+ ago\))? +tester +there is nothing in it/,
      );
    },
  },
  {
    name: "describes nodes and machines",
    check: async ({ run, client }) => {
      const status = { conditions: [{ type: "Ready", status: "True" as const, reason: "KubeletReady" }] };
      await client.create(Node, { apiVersion: "v1", kind: "Node", metadata: { name: "n1" }, status });
      assert.match(await run("get nodes"), /^n1 +(Ready|NotReady|Unknown) +<none> /m);
      assert.match(await run("describe node n1"), /^Name: +n1$/m);
      await run("cordon n1");
      assert.match(await run("get nodes"), /SchedulingDisabled/);
      await run("apply -f -", { input: machine("described") });
      assert.match(await run("describe vm described"), /Run Strategy: +Halted/);
      await run("delete node n1");
    },
  },
  {
    name: "waits for a deletion that a finalizer holds up",
    check: async ({ run, client, watched }) => {
      const metadata = { name: "held", finalizers: ["example.com/hold"] };
      const held = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata });
      await run("apply -f -", { input: held });
      const opened = watched("configmaps");
      const deleting = run("delete cm held");
      await opened;
      const patch = [{ op: "remove", path: "/metadata/finalizers" }];
      await client.patch(ConfigMap, { namespace: "default", name: "held" }, patch, { type: "json" });
      assert.match(await deleting, /configmap "held" deleted/);
    },
  },
  {
    name: "is told about every mistake in a manifest",
    check: async ({ attempt, minor }) => {
      const wrong = machine("wrong").replace('"Halted"', '"Sometimes","bogus":1');
      const { code, stderr } = await attempt("apply -f -", { input: wrong });
      assert.equal(code, 1);
      assert.match(stderr, minor >= 27 ? /unknown field "spec.bogus"/ : /unknown field "bogus"/);
      const refused = await attempt("apply --validate=false -f -", { input: wrong });
      assert.match(refused.stderr, /spec.runStrategy/);
    },
  },
  {
    name: "replaces only what it has seen",
    check: async ({ run, attempt }) => {
      await run("create cm replaced --from-literal=a=1");
      const stale = await run("get cm replaced -o json");
      await run("label cm replaced x=y");
      const { code, stderr } = await attempt("replace -f -", { input: stale });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /the object has been modified; please apply your changes to the latest version and try again/,
      );
    },
  },
  {
    name: "tries things out without doing them",
    check: async ({ run, attempt }) => {
      assert.match(await run("apply --dry-run=server -f -", { input: machine("dry") }), /created \(server dry run\)/);
      assert.match((await attempt("get vm dry")).stderr, /virtualmachines.kubevirt.io "dry" not found/);
    },
  },
  {
    name: "lists what there is in every form",
    check: async ({ run }) => {
      assert.match(await run("api-resources --api-group=kubevirt.io"), /^virtualmachineinstances +vmi,vmis/m);
      assert.match(await run("api-versions"), /^kubevirt.io\/v1$/m);
      assert.match(await run("get vm,vmi,cm -A -o wide"), /virtualmachine.kubevirt.io\/vm-cirros/);
      assert.match(await run("get ns default -o custom-columns=N:.metadata.name"), /^default$/m);
      assert.match(await run("get crd"), /^virtualmachines.kubevirt.io +\d{4}-/m);
      assert.equal(await run("get --raw /readyz"), "ok");
      assert.match(await run("get vm --no-headers --sort-by=.metadata.name"), /vm-cirros/);
      assert.match(await run("get sa default -o yaml"), /^kind: ServiceAccount$/m);
    },
  },
];

function machine(name: string): string {
  return JSON.stringify({
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name },
    spec: { runStrategy: "Halted", template: { spec: { domain: { devices: {}, memory: { guest: "64Mi" } } } } },
  });
}

function event(name: string, uid: string): Event {
  const time = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${name}.1`, namespace: "default" },
    involvedObject: { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name, uid },
    type: "Warning",
    reason: "TooLittle",
    message: "there is nothing in it",
    source: { component: "tester" },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}

const kubectls = await findKubectls();

test("a kubectl is installed", { skip: kubectls.length === 0 && "there is none on the search path" }, () => {
  assert.ok(kubectls.length > 0);
});

for (const kubectl of kubectls) {
  test(`kubectl ${kubectl.version}`, async (context) => {
    const driver = await startKubectlDriver(kubectl);
    context.after(driver.close);
    for (const { name, since = 0, check } of behaviours) {
      if (driver.minor >= since) await context.test(name, () => check(driver));
    }
  });
}
