import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { test } from "node:test";
import { scratchFolder } from "../testing/scratch.ts";
import { connectGuestAgent, type GuestAgent } from "./connection.ts";
import { GuestAgentError, GuestAgentTimeoutError } from "./errors.ts";
import {
  getAgentInfo,
  getFilesystems,
  getFreezeStatus,
  getHostName,
  getInterfaces,
  getOsInfo,
  getTime,
  getTimezone,
  getUsers,
  getVcpus,
  pingAgent,
} from "./information.ts";
import { readGuestFile, runInGuest, writeGuestFile } from "./programs.ts";

/** The distribution's agent answers for this machine here; nothing that would change it is asked. */
const options = { timeout: 60_000, ...(!existsSync("/usr/sbin/qemu-ga") && { skip: "qemu-ga is not installed" }) };

test("the real agent's answers are understood", options, async () => {
  await using place = await startAgent();
  const { agent } = place;
  await pingAgent(agent);
  const info = await getAgentInfo(agent);
  assert.match(info.version, /^\d+\.\d+/);
  assert.ok(info.commands.some((command) => command.name === "guest-ping" && command.enabled));
  assert.equal(await getHostName(agent), hostname());
  const os = await getOsInfo(agent);
  assert.ok(os.kernelRelease.length > 0 && os.machine.length > 0 && os.prettyName.length > 0);
  const loopback = (await getInterfaces(agent)).find((item) => item.name === "lo");
  assert.ok(
    loopback?.addresses.some(
      ({ address, prefix, family }) => address === "127.0.0.1" && prefix === 8 && family === "ipv4",
    ),
  );
  assert.ok(Array.isArray(await getUsers(agent)));
  assert.ok((await getVcpus(agent)).every((vcpu) => Number.isInteger(vcpu.logicalId)));
  assert.ok((await getTime(agent)) > 1_600_000_000_000_000_000n);
  assert.equal(typeof (await getTimezone(agent)).offsetSeconds, "number");
  assert.ok((await getFilesystems(agent)).every((item) => item.mountPoint.startsWith("/")));
  assert.equal(await getFreezeStatus(agent), "thawed");
});

test("runInGuest() gives output, exit code and input through", options, async () => {
  await using place = await startAgent();
  const result = await runInGuest(place.agent, ["/bin/sh", "-c", "cat; echo oops >&2; exit 3"], {
    input: Buffer.from("in"),
  });
  assert.deepEqual([result.exitCode, result.stdout.toString(), result.stderr.toString()], [3, "in", "oops\n"]);
  await assert.rejects(runInGuest(place.agent, ["/no/such/program"]), GuestAgentError);
  await assert.rejects(runInGuest(place.agent, ["/bin/sleep", "2"], { runMs: 10 }), GuestAgentTimeoutError);
});

test("writeGuestFile() and readGuestFile() carry more than one piece", options, async () => {
  await using place = await startAgent();
  const content = Buffer.alloc(150_000, "peas ");
  await writeGuestFile(place.agent, `${place.folder}/f`, content);
  assert.ok((await readGuestFile(place.agent, `${place.folder}/f`)).equals(content));
  await assert.rejects(readGuestFile(place.agent, `${place.folder}/f`, { limitBytes: 1000 }), /longer than 1000 bytes/);
  await assert.rejects(readGuestFile(place.agent, `${place.folder}/none`), GuestAgentError);
});

async function startAgent(): Promise<AsyncDisposable & { readonly agent: GuestAgent; readonly folder: string }> {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchFolder());
  const path = `${scratch.path}/a`;
  const forbidden =
    "guest-shutdown,guest-suspend-disk,guest-suspend-ram,guest-suspend-hybrid,guest-fsfreeze-freeze,guest-set-time";
  const program = spawn("/usr/sbin/qemu-ga", ["-m", "unix-listen", "-p", path, "-t", scratch.path, "-b", forbidden], {
    stdio: "ignore",
  });
  const exited = new Promise((resolve) => program.once("exit", resolve));
  stack.defer(async () => {
    program.kill("SIGKILL");
    await exited;
  });
  const agent = stack.use(await connectWhenReady(path));
  const cleanup = stack.move();
  return { agent, folder: scratch.path, [Symbol.asyncDispose]: () => cleanup.disposeAsync() };
}

/** Its socket is there before it listens. */
async function connectWhenReady(path: string): Promise<GuestAgent> {
  for (;;) {
    try {
      return await connectGuestAgent(path);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code !== "ENOENT" && code !== "ECONNREFUSED") throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
