import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@peapod/machinery/node";

/** An Open vSwitch of a test's own, whose datapath is its program: no kernel module is needed. */
export interface TestSwitch extends AsyncDisposable {
  /** What a NAD gives as `socket_file`. */
  readonly socket: string;
  /** Runs `ovs-vsctl` and gives what it printed. */
  readonly vsctl: (...argv: readonly string[]) => Promise<string>;
}

/** Starts database and switch in our network namespace. They end with it, at the latest. */
export async function startOpenVswitch(folder: string): Promise<TestSwitch> {
  await mkdir(folder, { recursive: true });
  await using undo = new AsyncDisposableStack();
  const [database, socket] = [join(folder, "conf.db"), join(folder, "db.sock")];
  const env = { ...process.env, OVS_RUNDIR: folder, OVS_LOGDIR: folder, OVS_DBDIR: folder };
  await run(["ovsdb-tool", "create", database, "/usr/share/openvswitch/vswitch.ovsschema"]);
  const start = (argv: readonly string[]): void => {
    const child = spawn(argv[0] ?? "", argv.slice(1), { env, stdio: "ignore" });
    const closed = once(child, "close");
    undo.defer(async () => {
      child.kill("SIGKILL");
      await closed;
    });
  };
  const vsctl: TestSwitch["vsctl"] = async (...argv) =>
    (await run(["ovs-vsctl", `--db=unix:${socket}`, "--timeout=20", ...argv], { timeoutMs: 30_000 })).stdout.trim();
  start(["ovsdb-server", database, `--remote=punix:${socket}`, "--no-chdir"]);
  await vsctl("--retry", "--no-wait", "init");
  start(["ovs-vswitchd", `unix:${socket}`, "--no-chdir"]);
  const all = undo.move();
  return { socket, vsctl, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
