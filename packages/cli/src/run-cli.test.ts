import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { ApiError, conflict, notFound } from "@peapod/machinery";
import { createFakeApi, type FakeApi } from "@peapod/machinery/testing";
import { runLine } from "./testing/run-line.ts";

const base = "/apis/subresources.kubevirt.io/v1/namespaces/default";

test("start, stop and restart ask for it and say so", async () => {
  const { api, asked } = server();
  assert.deepEqual(await runLine(["start", "web", "--paused"], { api }), {
    code: 0,
    stdout: "VM web was scheduled to start\n",
    stderr: "",
  });
  await runLine(["stop", "-n", "team", "web"], { api });
  await runLine(["restart", "web", "--force", "--grace-period=0"], { api });
  assert.deepEqual(asked(), [
    `PUT ${base}/virtualmachines/web/start {"paused":true}`,
    `PUT ${base.replace("default", "team")}/virtualmachines/web/stop {}`,
    `PUT ${base}/virtualmachines/web/restart {"gracePeriodSeconds":0}`,
  ]);
});

test("a dry run says so first", async () => {
  const { api, asked } = server();
  const { stdout } = await runLine(["stop", "web", "--dry-run"], { api });
  assert.equal(stdout, "Dry Run execution\nVM web was scheduled to stop\n");
  assert.deepEqual(asked(), [`PUT ${base}/virtualmachines/web/stop {"dryRun":["All"]}`]);
});

test("a refusal is upstream's sentence around the server's", async () => {
  const { api } = server(conflict({ group: "kubevirt.io", plural: "virtualmachine" }, "web", "VM is already running"));
  const { code, stdout, stderr } = await runLine(["start", "web"], { api });
  assert.equal(code, 1);
  assert.equal(stdout, "");
  const sentence = 'Operation cannot be fulfilled on virtualmachine.kubevirt.io "web": VM is already running';
  assert.equal(stderr, `Error starting VirtualMachine ${sentence}\n`);
  const ours = await runLine(["restart", "web"], { api, program: "peapod" });
  assert.equal(ours.stderr, `Error: error restarting VirtualMachine: ${sentence}\n`);
});

test("force and a grace period go together", async () => {
  for (const argv of [
    ["stop", "web", "--force"],
    ["restart", "web", "--grace-period=0"],
  ]) {
    assert.equal((await runLine(argv)).stderr, "Must both use --force=true and set --grace-period.\n");
  }
});

test("pause looks at the machine first, and says why there is nothing to pause", async () => {
  const spec = { running: false, template: { spec: { domain: { devices: {} } } } };
  const metadata = { name: "web", namespace: "default" };
  const machine = { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", metadata, spec } as VirtualMachine;
  const { api, asked } = server();
  api.put(VirtualMachine, machine);
  assert.equal((await runLine(["pause", "VM", "web"], { api })).stdout, "VMI web was scheduled to pause\n");
  assert.deepEqual(asked(), [`PUT ${base}/virtualmachineinstances/web/pause {}`]);

  const { api: empty } = server(notFound({ group: "kubevirt.io", plural: "virtualmachineinstance" }, "web"));
  empty.put(VirtualMachine, machine);
  const halted = await runLine(["pause", "vm", "web"], { api: empty });
  assert.equal(halted.stderr, "Error pausing VirtualMachineInstance web. VirtualMachine web is not set to run\n");
  const instance = await runLine(["pause", "vmi", "web"], { api: empty });
  assert.equal(
    instance.stderr,
    'Error pausing VirtualMachineInstance web: virtualmachineinstance.kubevirt.io "web" not found\n',
  );
  const nobody = await runLine(["unpause", "vm", "nobody"], { api });
  assert.equal(nobody.stderr, 'Error getting VirtualMachine nobody: virtualmachines.kubevirt.io "nobody" not found\n');
});

test("soft-reboot and reset ask the instance", async () => {
  const { api, asked } = server();
  assert.equal((await runLine(["soft-reboot", "web"], { api })).stdout, "VMI web was scheduled to soft-reboot\n");
  assert.equal((await runLine(["reset", "web"], { api })).stdout, "VMI web was scheduled to reset\n");
  assert.deepEqual(asked(), [
    `PUT ${base}/virtualmachineinstances/web/softreboot `,
    `PUT ${base}/virtualmachineinstances/web/reset `,
  ]);
});

test("guestosinfo, userlist and fslist print indented JSON", async () => {
  const { api, asked } = server({ items: [{ userName: "root" }] });
  const { stdout } = await runLine(["userlist", "web"], { api });
  assert.equal(stdout, '{\n  "items": [\n    {\n      "userName": "root"\n    }\n  ]\n}\n');
  await runLine(["fslist", "web"], { api });
  await runLine(["guestosinfo", "web"], { api });
  assert.deepEqual(asked(), [
    `GET ${base}/virtualmachineinstances/web/userlist `,
    `GET ${base}/virtualmachineinstances/web/filesystemlist `,
    `GET ${base}/virtualmachineinstances/web/guestosinfo `,
  ]);
});

test("expand takes a machine by name or from a file", async (t) => {
  const { api, asked } = server({ kind: "VirtualMachine", apiVersion: "kubevirt.io/v1" });
  assert.equal(
    (await runLine(["expand", "--vm", "web"], { api })).stdout,
    "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\n",
  );
  const folder = mkdtempSync(join(tmpdir(), "cli-expand-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "vm.yaml"), "metadata: {name: web}\n");
  const json = await runLine(["expand", "-f", join(folder, "vm.yaml"), "-ojson"], { api });
  assert.equal(json.stdout, '{\n "kind": "VirtualMachine",\n "apiVersion": "kubevirt.io/v1"\n}');
  assert.deepEqual(asked(), [
    `GET ${base}/virtualmachines/web/expand-spec `,
    `PUT ${base}/expand-vm-spec {"metadata":{"name":"web"}}`,
  ]);
  const neither = await runLine(["expand"]);
  assert.equal(neither.stderr, "error invalid arguments - VirtualMachine name or file must be provided\n");
});

test("version shows both sides as Go prints its struct", async () => {
  const { api } = server({ gitVersion: "v1.9.1", platform: "linux/arm64" });
  const { stdout } = await runLine(["version"], { api });
  assert.match(stdout, /^Client Version: version\.Info\{GitVersion:"v1\.9\.0\+peapod/);
  assert.match(stdout, /\nServer Version: version\.Info\{GitVersion:"v1\.9\.1", .*Platform:"linux\/arm64"\}\n$/);
  assert.equal((await runLine(["version", "-c"])).stdout.split("\n").length, 2);
});

test("a server of another version is mentioned when something fails", async () => {
  const { api } = server({ gitVersion: "v1.6.0" });
  const { stderr } = await runLine(["pause", "vm", "nobody"], { api });
  assert.match(stderr, /^You are using a client virtctl version that is different .*\nClient Version: v1\.9\.0/);
  assert.match(stderr, /\nServer Version: v1\.6\.0\n\nError getting VirtualMachine nobody: /);
});

test("what is typed wrongly is answered as cobra does, with 1 for virtctl and 2 for peapod", async () => {
  const unknown = await runLine(["strat", "web"]);
  assert.deepEqual(unknown, {
    code: 1,
    stdout: "",
    stderr: 'unknown command "strat" for "virtctl"\n\nDid you mean this?\n\tstart\n\n',
  });
  assert.equal((await runLine(["start"])).stderr, "accepts 1 arg(s), received 0\n");
  assert.equal((await runLine(["start", "web", "--nope"])).stderr, "unknown flag: --nope\n");
  const ours = await runLine(["start"], { program: "peapod" });
  assert.deepEqual([ours.code, ours.stderr], [2, "Error: accepts 1 arg(s), received 0\n"]);
});

test("what upstream has and we do not is named, with what helps", async () => {
  const { code, stderr } = await runLine(["vnc", "web"]);
  assert.equal(code, 1);
  assert.match(stderr, /^this Peapod does not have "virtctl vnc" yet: use the console/);
  assert.match((await runLine(["status"])).stderr, /^unknown command "status" for "virtctl"/);
});

test("help shows a command's flags, options those of all", async () => {
  const help = await runLine(["help", "console"]);
  assert.match(help.stdout, /^Connect to a console .*\n\nUsage:\n {2}virtctl console \(VMI\) \[flags\]\n\nExamples:\n/);
  assert.match(help.stdout, /\n {6}--timeout int {3}.* \(default 5\)\n/);
  assert.equal((await runLine(["console", "-h"])).stdout, help.stdout);
  assert.match((await runLine(["options"])).stdout, /\n {2}-n, --namespace string {15}Namespace to work in\n/);
  assert.match((await runLine([])).stdout, /^Available Commands:\n/);
});

test("completion offers commands, flags and names", async () => {
  const { api } = server();
  const metadata = { name: "web", namespace: "default" };
  const vmi = { apiVersion: "kubevirt.io/v1", kind: "VirtualMachineInstance", metadata, spec: { domain: {} } };
  api.put(VirtualMachineInstance, vmi as VirtualMachineInstance);
  const offered = async (...words: string[]) => (await runLine(["__completeNoDesc", ...words], { api })).stdout;
  assert.equal(await offered("st"), "start\nstop\n:4\n");
  assert.equal(await offered("console", ""), "web\n:4\n");
  assert.equal(await offered("pause", "vmi", "w"), "web\n:4\n");
  assert.equal(await offered("console", "--ti"), "--timeout\n:4\n");
  assert.equal(await offered("expand", "-o", ""), "yaml\njson\n:4\n");
  assert.equal(await offered("expand", "--file", ""), ":0\n");
  assert.equal(await offered("port-forward", ""), "vmi/web\n:4\n");
  assert.match((await runLine(["__complete", "sto"], { api })).stdout, /^stop\tStop a virtual machine\.\n:4\n$/);
});

test("completion gives scripts for three shells", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    assert.match((await runLine(["completion", shell])).stdout, /__complete/);
  }
  assert.match((await runLine(["completion", "tcsh"])).stderr, /^unknown command "tcsh" for "virtctl completion"/);
});

/** A server that gives one answer to every subresource, or one refusal to those that `refused` names. */
function server(answer: unknown = {}, refused = "") {
  const api: FakeApi = createFakeApi();
  const asked: string[] = [];
  const fetch: FakeApi["fetch"] = async (request) => {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/apis/subresources.kubevirt.io/")) return api.fetch(request);
    if (pathname.endsWith("/version") && answer instanceof ApiError) return Response.json({});
    if (!pathname.endsWith("/version")) asked.push(`${request.method} ${pathname} ${await request.text()}`);
    const isRefused = answer instanceof ApiError && pathname.endsWith(refused);
    return isRefused ? Response.json(answer.status, { status: answer.code }) : Response.json(answer);
  };
  return { api: { ...api, fetch }, asked: () => asked };
}
