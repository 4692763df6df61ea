/** The life of an instance without guests: up, up again, wrong ways to ask, down, and nothing left. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { eventually, execute, root, startPeapod } from "./harness.ts";

test("a second peapod up on the same folder is refused in a sentence, with exit code 1", async (t) => {
  const peapod = await startPeapod(t);
  const { code, stderr } = await peapod.peapod("up", "--listen", "127.0.0.1:7443");
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^Error: Cannot use \S+: another Peapod \(process \d+\) is running on it\nTry: {3}peapod status/,
  );
});

test("a taken port is named, with the way out", async (t) => {
  const peapod = await startPeapod(t, { up: false });
  const server = createServer().listen(6443, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  for (const how of [["up"], ["up", "--detach"]]) {
    const { code, stderr } = await peapod.peapod(...how);
    assert.equal(code, 1);
    assert.match(stderr, /^Error: Cannot listen on 127\.0\.0\.1:6443: another process is using it\nTry: {3}.*--listen/);
  }
});

test("a killed control plane leaves a stale lock that is in nobody's way", async (t) => {
  const peapod = await startPeapod(t);
  await peapod.kubectl("create", "configmap", "kept", "--from-literal=a=b");
  peapod.kill("control-plane", "agent");
  await peapod.up();
  assert.match(await peapod.kubectl("get", "configmap", "kept", "-o", "jsonpath={.data.a}"), /^b$/);
});

test("an agent that outlived its control plane is taken over, and one that dies is started again", async (t) => {
  const peapod = await startPeapod(t);
  peapod.kill("control-plane");
  await peapod.up();
  await peapod.kubectl("wait", "node", "--all", "--for=condition=Ready", "--timeout=30s");
  peapod.kill("agent");
  await eventually(
    "the agent is back",
    async () => (await peapod.peapod("status")).stdout.includes("ready") || undefined,
  );
});

test("Ctrl-C in the foreground ends Peapod in order", async (t) => {
  const peapod = await startPeapod(t, { up: false });
  const child = spawn(join(root, "bin/peapod"), ["up", "--data-dir", peapod.dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => {
    said += bytes;
  });
  await eventually("it says that it is ready", () => said.includes("Peapod is ready") || undefined);
  child.kill("SIGINT");
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
  assert.equal((await peapod.peapod("status")).code, 1);
});

test("peapod down leaves nothing but its folder, is content to be asked twice, and up works again after it", async (t) => {
  const peapod = await startPeapod(t);
  await peapod.down();
  const { stdout } = await peapod.peapod("down");
  assert.match(stdout, /Nothing of Peapod is left on this machine except/);
  assert.equal((await execute("ip", ["-o", "link"])).stdout.includes(": pp"), false);
  assert.equal((await execute("nft", ["list", "tables"])).stdout.includes("peapod"), false);
  assert.ok(existsSync(peapod.dataDir));
  await peapod.up();
});

test("wrong ways to ask are answered with the right one and exit code 2", async (t) => {
  const peapod = await startPeapod(t, { up: false });
  for (const argv of [
    ["up", "--listen", "here"],
    ["up", "twice"],
    ["down", "--force"],
    ["image", "import", "a"],
    ["guest-image"],
  ]) {
    const { code, stderr } = await peapod.peapod(...argv);
    assert.equal(code, 2, argv.join(" "));
    assert.match(stderr, /^Error: .*\nTry: {3}/);
  }
});
