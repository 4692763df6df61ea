import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { startFakeAgent } from "../testing/fake-agent.ts";
import { scratchFolder } from "../testing/scratch.ts";
import { shutDownGuest } from "./actions.ts";
import { connectGuestAgent } from "./connection.ts";
import { GuestAgentClosedError, GuestAgentError, GuestAgentTimeoutError } from "./errors.ts";
import { getHostName, pingAgent } from "./information.ts";

test("execute() synchronises once and then answers in order", async () => {
  await using scratch = await scratchFolder();
  await using fake = await startFakeAgent(`${scratch.path}/a`, {
    "guest-ping": () => ({}),
    "guest-get-host-name": () => ({ "host-name": "web" }),
  });
  await using agent = await connectGuestAgent(`${scratch.path}/a`);
  const [, name] = await Promise.all([pingAgent(agent), getHostName(agent), pingAgent(agent)]);
  assert.equal(name, "web");
  assert.deepEqual(fake.received, ["guest-sync-delimited", "guest-ping", "guest-get-host-name", "guest-ping"]);
});

test("execute() throws away what was meant for others", async () => {
  await using scratch = await scratchFolder();
  let count = 0;
  await using fake = await startFakeAgent(`${scratch.path}/a`, {
    "guest-get-host-name": () => {
      count += 1;
      return { "host-name": `answer ${count}` };
    },
  });
  await using agent = await connectGuestAgent(`${scratch.path}/a`);
  fake.hang(true);
  await assert.rejects(getHostName(agent, { deadlineMs: 10 }), GuestAgentTimeoutError);
  fake.hang(false);
  assert.equal(await getHostName(agent), "answer 1");
  fake.hang(true);
  await assert.rejects(getHostName(agent, { deadlineMs: 10 }), GuestAgentTimeoutError);
  fake.hang(false);
  assert.equal(await getHostName(agent), "answer 3");
});

test("execute() flushes half a request that a dead client left", async () => {
  await using scratch = await scratchFolder();
  await using _fake = await startFakeAgent(`${scratch.path}/a`, { "guest-ping": () => ({}) });
  const dead = connect({ path: `${scratch.path}/a` });
  await new Promise<void>((resolve) => dead.write('{"execute":"gue', () => resolve()));
  dead.destroy();
  await using agent = await connectGuestAgent(`${scratch.path}/a`);
  await pingAgent(agent);
});

test("execute() reports a refusal, and a frozen agent as such", async () => {
  await using scratch = await scratchFolder();
  await using _fake = await startFakeAgent(`${scratch.path}/a`, {
    "guest-ping": () => {
      throw new Error("Command guest-ping has been disabled: the agent is in frozen state");
    },
  });
  await using agent = await connectGuestAgent(`${scratch.path}/a`);
  await assert.rejects(pingAgent(agent), (error) => error instanceof GuestAgentError && error.isFrozen);
  await assert.rejects(
    agent.execute("nonsense"),
    (error) => error instanceof GuestAgentError && !error.isFrozen && error.message.startsWith("nonsense: "),
  );
});

test("shutDownGuest() takes silence for obedience, and passes a refusal on", async () => {
  await using scratch = await scratchFolder();
  let mayShutDown = true;
  await using fake = await startFakeAgent(`${scratch.path}/a`, {
    "guest-ping": () => ({}),
    "guest-shutdown": () => {
      if (!mayShutDown) throw new Error("Command guest-shutdown has been disabled");
      return undefined;
    },
    "guest-get-host-name": () => ({ "host-name": "web" }),
  });
  await using agent = await connectGuestAgent(`${scratch.path}/a`);
  await shutDownGuest(agent, "powerdown");
  assert.ok(fake.received.includes("guest-shutdown"));
  assert.equal(await getHostName(agent), "web");
  mayShutDown = false;
  await assert.rejects(shutDownGuest(agent, "reboot"), GuestAgentError);
  fake.hang(true);
  await assert.rejects(shutDownGuest(agent, "reboot", { deadlineMs: 20 }), GuestAgentTimeoutError);
});

test("execute() ends when QEMU does", async () => {
  await using scratch = await scratchFolder();
  const fake = await startFakeAgent(`${scratch.path}/a`, {});
  fake.hang(true);
  await using agent = await connectGuestAgent(`${scratch.path}/a`);
  const answer = assert.rejects(pingAgent(agent), GuestAgentClosedError);
  await fake[Symbol.asyncDispose]();
  await answer;
  assert.equal(agent.closed.aborted, true);
  await assert.rejects(pingAgent(agent), GuestAgentClosedError);
});

test("execute() stops waiting when its signal aborts, and the next command is unharmed", async () => {
  await using scratch = await scratchFolder();
  await using fake = await startFakeAgent(`${scratch.path}/a`, {
    "guest-get-host-name": () => ({ "host-name": "web" }),
  });
  await using agent = await connectGuestAgent(`${scratch.path}/a`);
  fake.hang(true);
  const stop = new AbortController();
  const answer = assert.rejects(pingAgent(agent, { signal: stop.signal }), /enough/);
  setImmediate(() => stop.abort(new Error("enough")));
  await answer;
  fake.hang(false);
  assert.equal(await getHostName(agent), "web");
});
