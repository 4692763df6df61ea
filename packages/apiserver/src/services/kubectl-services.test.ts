/** What people do to services with kubectl, with every kubectl on this machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findKubectls } from "../testing/kubectl.ts";
import { type KubectlDriver, startKubectlDriver } from "../testing/kubectl-driver.ts";

const row = (text: string, name: string): readonly string[] =>
  text
    .split("\n")
    .find((line) => line.startsWith(`${name} `))
    ?.split(/ {2,}/) ?? [];

async function checkServices({ run, attempt }: KubectlDriver): Promise<void> {
  const first = await run("get svc -o wide");
  assert.match(first, /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE +SELECTOR\n/);
  assert.deepEqual(row(first, "kubernetes").slice(0, 5), ["kubernetes", "ClusterIP", "10.96.0.1", "<none>", "443/TCP"]);

  assert.match(await run("create service clusterip web --tcp=80:8080"), /^service\/web created$/m);
  assert.match(await run("create service nodeport out --tcp=80 --node-port=30080"), /^service\/out created$/m);
  assert.match(await run("create service loadbalancer lb --tcp=443"), /^service\/lb created$/m);
  assert.match(await run("create service externalname far --external-name=example.com"), /^service\/far created$/m);
  assert.match(await run("create service clusterip none --clusterip=None"), /^service\/none created$/m);
  const all = await run("get svc -o wide");
  const shown = (name: string) => row(all, name).map((cell) => cell.replace(/10\.\d+\.\d+\.\d+/, "IP"));
  assert.deepEqual(shown("web").slice(1, 5), ["ClusterIP", "IP", "<none>", "80/TCP"]);
  assert.deepEqual(shown("out").slice(1, 5), ["NodePort", "IP", "<none>", "80:30080/TCP"]);
  assert.deepEqual(shown("lb").slice(1, 4), ["LoadBalancer", "IP", "<pending>"]);
  assert.match(shown("lb")[4] ?? "", /^443:3\d{4}\/TCP$/);
  assert.deepEqual(shown("far").slice(1, 5), ["ExternalName", "<none>", "example.com", "<none>"]);
  assert.deepEqual(shown("none").slice(1, 5), ["ClusterIP", "None", "<none>", "<none>"]);

  const described = await run("describe svc out");
  assert.match(described, /^Type: +NodePort$/m);
  assert.match(described, /^NodePort: +80 +30080\/TCP$/m);
  assert.match(described, /^TargetPort: +80\/TCP$/m);
  assert.match(described, /^Session Affinity: +None$/m);

  const twin = await attempt("create service nodeport twin --tcp=80 --node-port=30080");
  assert.equal(twin.code, 1);
  assert.match(twin.stderr, /nodePort: Invalid value: 30080: provided port is already allocated/);

  assert.match(await run("run web --image=x --labels=app=web --port=8080"), /pod\/web created/);
  assert.match(await run("expose pod web --name=exposed --port=80 --type=NodePort"), /^service\/exposed exposed$/m);
  assert.equal(await run("get svc exposed -o jsonpath={.spec.selector.app}:{.spec.ports[0].targetPort}"), "web:80");

  const manifest = (type: string) =>
    JSON.stringify({
      ...{ apiVersion: "v1", kind: "Service", metadata: { name: "applied" } },
      spec: { type, selector: { app: "web" }, ports: [{ port: 80 }] },
    });
  assert.match(await run("apply -f -", { input: manifest("NodePort") }), /service\/applied created/);
  const before = await run("get svc applied -o jsonpath={.spec.clusterIP}");
  assert.match(await run("apply -f -", { input: manifest("NodePort") }), /service\/applied unchanged/);
  assert.match(await run("apply -f -", { input: manifest("ClusterIP") }), /service\/applied configured/);
  assert.equal(await run("get svc applied -o jsonpath={.spec.clusterIP}{.spec.ports[0].nodePort}"), before);
  assert.match(await run("delete svc applied web"), /service "applied" deleted/);
}

for (const kubectl of await findKubectls()) {
  test(`kubectl ${kubectl.version} makes, shows, changes and removes services`, async () => {
    await using driver = await startKubectlDriver(kubectl);
    await checkServices(driver);
  });
}
