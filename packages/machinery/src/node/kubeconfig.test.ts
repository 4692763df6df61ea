import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { loadKubeconfig } from "./kubeconfig.ts";

const config = `
apiVersion: v1
kind: Config
current-context: one
contexts:
- {name: one, context: {cluster: c, user: u, namespace: team}}
- {name: lost, context: {cluster: nowhere, user: u}}
clusters:
- name: c
  cluster: {server: "https://127.0.0.1:6443", certificate-authority: ca.crt}
users:
- name: u
  user: {client-certificate-data: ${btoa("CERT")}, client-key-data: ${btoa("KEY")}}
- name: plugin
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: sh
      args: [-c, 'echo "{\\"status\\":{\\"token\\":\\"$T$0\\",\\"expirationTimestamp\\":\\"2020-01-01T00:00:00Z\\"}}"']
      env: [{name: T, value: secret}]
- name: filed
  user: {tokenFile: token}
`;

test("loadKubeconfig() follows the current context, with paths beside the file", async (t) => {
  const folder = prepare(t);
  const access = await loadKubeconfig({ env: { HOME: folder } });
  assert.deepEqual(access, {
    server: "https://127.0.0.1:6443",
    namespace: "team",
    ca: "CA",
    cert: "CERT",
    key: "KEY",
    token: undefined,
    insecure: false,
    serverName: undefined,
    headers: {},
  });
});

test("loadKubeconfig() lets flags win", async (t) => {
  const access = await loadKubeconfig({
    env: { HOME: prepare(t) },
    overrides: {
      server: "https://x:1",
      namespace: "n",
      token: "t",
      insecureSkipTlsVerify: true,
      as: "bob",
      asGroups: ["g", "h"],
    },
  });
  const { server, namespace, token, insecure, ca, headers } = access;
  assert.deepEqual(
    { server, namespace, token, insecure, ca },
    { server: "https://x:1", namespace: "n", token: "t", insecure: true, ca: undefined },
  );
  assert.deepEqual(headers, { "Impersonate-User": "bob", "Impersonate-Group": ["g", "h"] });
});

test("loadKubeconfig() layers the files of KUBECONFIG, the first one winning", async (t) => {
  const folder = prepare(t);
  writeFileSync(join(folder, "first"), "clusters: [{name: c, cluster: {server: https://first}}]\n");
  const env = { KUBECONFIG: `${join(folder, "first")}:${join(folder, "missing")}:${join(folder, ".kube/config")}` };
  const access = await loadKubeconfig({ env });
  assert.equal(access.server, "https://first");
  assert.equal(access.namespace, "team");
});

test("loadKubeconfig() asks credential plugins, again when what they gave has expired, and reads token files", async (t) => {
  const env = { HOME: prepare(t) };
  const plugin = await loadKubeconfig({ env, overrides: { user: "plugin" } });
  assert.equal(typeof plugin.token === "function" ? await plugin.token() : plugin.token, "secretsh");
  const filed = await loadKubeconfig({ env, overrides: { user: "filed" } });
  assert.equal(typeof filed.token === "function" ? await filed.token() : filed.token, "from-file");
});

test("loadKubeconfig() names what does not exist, in kubectl's words", async (t) => {
  const env = { HOME: prepare(t) };
  await assert.rejects(loadKubeconfig({ env, overrides: { context: "two" } }), {
    message: 'context "two" does not exist',
  });
  await assert.rejects(loadKubeconfig({ env, overrides: { context: "lost" } }), {
    message: 'cluster "nowhere" does not exist',
  });
  await assert.rejects(loadKubeconfig({ env, path: "/nope" }), { message: "stat /nope: no such file or directory" });
  await assert.rejects(loadKubeconfig({ env: {} }), {
    message: /^invalid configuration: no configuration has been provided/,
  });
});

test("loadKubeconfig() tries its fallbacks last", async (t) => {
  const folder = prepare(t);
  const fallbacks = [join(folder, "missing"), join(folder, ".kube/config")];
  assert.equal((await loadKubeconfig({ env: { HOME: "/nowhere" }, fallbacks })).namespace, "team");
});

function prepare(t: test.TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "machinery-kubeconfig-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, ".kube"));
  writeFileSync(join(folder, ".kube/config"), config);
  writeFileSync(join(folder, ".kube/ca.crt"), "CA");
  writeFileSync(join(folder, ".kube/token"), "from-file\n");
  return folder;
}
