import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Node } from "@peapod/api";
import { ListenError, renderKubeconfig } from "@peapod/apiserver";
import { type Client, formatError, isConditionTrue, type Log } from "@peapod/machinery";
import { createLog, keepFilesBounded, readJsonFile, setDieAfter, writeFileDurably } from "@peapod/machinery/node";
import { ipv4Addresses } from "@peapod/node/machine";
import type { AgentReport } from "../agent/report.ts";
import type { UpConfig } from "../config/parse-config.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/start.ts";
import { lockDataDir } from "../instance/lock.ts";
import { type InstancePaths, openInstance } from "../instance/paths.ts";
import { forgetProcess, recordProcess } from "../instance/process-record.ts";
import { type Readiness, reportReadiness, startInBackground } from "../supervise/readiness.ts";
import { releaseStartUpMemory } from "../supervise/start-up-memory.ts";
import { Supervised } from "../supervise/supervise.ts";

export interface UpContext {
  /** `node …/bin/peapod.ts`: how this program is started again, as the agent and in the background. */
  readonly self: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
  /** Ctrl-C, TERM. */
  readonly stop: AbortSignal;
  readonly dieAfter: string | undefined;
}

/** `peapod up`: in the foreground until it is told to stop, or in the background once it is ready. @returns exit code */
export async function up(config: UpConfig, context: UpContext): Promise<number> {
  refuseWithoutRoot();
  return config.detach ? upDetached(config, context) : upForeground(config, context);
}

async function upDetached(config: UpConfig, { self, env, print }: UpContext): Promise<number> {
  const paths = openInstance(config.dataDir);
  // Said here, where somebody reads it, rather than in a log.
  lockDataDir(paths.dataDir, paths.lock, process.pid)[Symbol.dispose]();
  await mkdir(paths.logs, { recursive: true, mode: 0o750 });
  const { host, port } = config.listen;
  const argv = [
    ...self,
    "up",
    ...[
      "--data-dir",
      paths.dataDir,
      "--listen",
      `${host.includes(":") ? `[${host}]` : host}:${port}`,
      "--node-name",
      config.nodeName,
    ],
    ...(config.withNode ? [] : ["--no-with-node"]),
    ...(config.verbose ? ["--verbose"] : []),
  ];
  const outcome = await startInBackground(argv, join(paths.logs, "control-plane.log"), env);
  if ("failed" in outcome) {
    throw Object.assign(new Error(outcome.failed), outcome.advice === undefined ? {} : { advice: outcome.advice });
  }
  for (const line of outcome.ready) print(line);
  return 0;
}

async function upForeground(config: UpConfig, context: UpContext): Promise<number> {
  const { print, stop } = context;
  setDieAfter(context.dieAfter);
  const tell = (readiness: Readiness): void => reportReadiness(readiness);
  try {
    const startedAt = performance.now();
    await using running = await start(config, context);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const lines = await describe(config, running, seconds);
    for (const line of lines) print(line);
    tell({ ready: lines });
    void releaseStartUpMemory(stop);
    void keepLogsBounded(running.paths, stop);
    if (!stop.aborted)
      await new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve(), { once: true }));
    print("Stopping; guests go on. peapod up takes them over again, peapod down stops them");
    return 0;
  } catch (error) {
    const advice = error instanceof Error && "advice" in error ? String(error.advice) : undefined;
    tell({ failed: formatError(error), advice });
    throw error;
  }
}

/** Enough for weeks of ordinary life, twice over. */
const maxLogBytes = 16 * 1024 * 1024;

/** The agent's log too: it outlives the agent. */
function keepLogsBounded({ logs }: InstancePaths, signal: AbortSignal): Promise<void> {
  return keepFilesBounded({
    paths: () => [join(logs, "control-plane.log"), join(logs, "agent.log")],
    maxBytes: maxLogBytes,
    everyMs: 60_000,
    signal,
    onError: (path, error) => console.error(`Cannot keep ${path} small: ${formatError(error)}`),
  });
}

interface Running extends AsyncDisposable {
  readonly paths: InstancePaths;
  readonly plane: ControlPlane;
}

async function start(config: UpConfig, context: UpContext): Promise<Running> {
  await using undo = new AsyncDisposableStack();
  const paths = openInstance(config.dataDir);
  undo.use(lockDataDir(paths.dataDir, paths.lock, process.pid));
  await mkdir(paths.logs, { recursive: true, mode: 0o750 });
  const record = join(paths.runDir, "control-plane.pid");
  recordProcess(record, process.pid);
  undo.defer(() => forgetProcess(record));
  const log = createLog({ component: "peapod", level: config.verbose ? "debug" : "info" });
  const plane = undo.use(await startControlPlane(config, paths, log).catch(explainListenError));
  if (config.withNode) undo.use(await startAgent(config, paths, plane, context, log));
  const resources = undo.move();
  return { paths, plane, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Says which flag is the way out; the system's own name for the failure tells nobody more. */
function explainListenError(error: unknown): never {
  if (!(error instanceof ListenError)) throw error;
  throw Object.assign(new Error(error.message), { advice: "peapod up --listen 127.0.0.1:7443" });
}

/** The agent is a client like any other: its kubeconfig holds a node's certificate. */
async function startAgent(
  config: UpConfig,
  paths: InstancePaths,
  { listener, pki, client }: ControlPlane,
  { self, env }: UpContext,
  log: Log,
): Promise<Supervised> {
  const { client: user, serving } = await pki.ensureNode(config.nodeName, ipv4Addresses(`pp${paths.instance}`));
  await mkdir(paths.agentTls, { recursive: true, mode: 0o700 });
  await writeFileDurably(join(paths.agentTls, "ca.crt"), pki.ca);
  await writeFileDurably(join(paths.agentTls, "tls.crt"), serving.cert);
  await writeFileDurably(join(paths.agentTls, "tls.key"), serving.key);
  const kubeconfig = renderKubeconfig({ server: listener.url, ca: pki.ca, user, userName: config.nodeName });
  await writeFileDurably(paths.agentKubeconfig, kubeconfig, { mode: 0o600 });
  const [node = "", ...rest] = self;
  const argv = [
    // What the agent waits for are programs and disks. Compiling better would take 4 MiB of memory to save it nothing.
    ...[node, "--no-turbofan", ...rest],
    "node",
    ...["--data-dir", paths.dataDir, "--node-name", config.nodeName],
    ...["--kubeconfig", paths.agentKubeconfig, "--tls-dir", paths.agentTls],
    ...(config.verbose ? ["--verbose"] : []),
  ];
  const reportFile = join(paths.runDir, "agent-report.json");
  // Told to die at a step, it does so once: its successor has to show that it can go on from there.
  const agent = await Supervised.start(
    {
      argv,
      env: (starts) => (starts === 0 ? env : { ...env, PEAPOD_DIE_AFTER: undefined }),
      logFile: join(paths.logs, "agent.log"),
      recordFile: join(paths.runDir, "agent.pid"),
    },
    log,
  );
  await waitUntilReady(client, config.nodeName, reportFile, agent, log);
  return agent;
}

/** Ready is what the Node object says; the report tells of this very agent. */
async function waitUntilReady(
  client: Client,
  name: string,
  reportFile: string,
  agent: Supervised,
  log: Log,
): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const node = await client.find(Node, { name });
    const report = await readReport(reportFile);
    if (isConditionTrue(node?.status?.conditions, "Ready") && report?.pid === agent.pid) return;
    if (performance.now() > deadline) {
      log.warn("the agent is not ready after a minute, going on without waiting", { node: name });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function describe(config: UpConfig, { paths, plane }: Running, seconds: string): Promise<readonly string[]> {
  const report = await readReport(join(paths.runDir, "agent-report.json"));
  const machine = !config.withNode
    ? "no node of its own"
    : report?.acceleration.mode === "kvm"
      ? "this machine's guests run on KVM"
      : `this machine emulates (${report?.acceleration.because ?? "no usable KVM"})`;
  const adopted = report?.adopted ?? [];
  const names = adopted.map(({ name, age }) => `${name} ${age}`).join(", ");
  return [
    `Peapod is ready after ${seconds} s at ${plane.listener.url}, ${machine}`,
    `  export KUBECONFIG=${paths.kubeconfig}`,
    ...(adopted.length > 0
      ? [`Adopted ${adopted.length} guest${adopted.length === 1 ? "" : "s"} (${names}); nothing was restarted`]
      : []),
  ];
}

async function readReport(path: string): Promise<AgentReport | undefined> {
  return (await readJsonFile(path).catch(() => undefined)) as AgentReport | undefined; // written by the agent, whole or not at all
}

function refuseWithoutRoot(): void {
  if (process.getuid?.() === 0) return;
  throw Object.assign(new Error("Cannot start Peapod: it makes network namespaces and cgroups, which only root may"), {
    advice: "sudo peapod up",
  });
}
