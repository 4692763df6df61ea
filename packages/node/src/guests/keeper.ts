import type { Log } from "@peapod/machinery";
import { defineCheckpoints, reached } from "@peapod/machinery/node";
import type { Attachment, PortTroubles } from "@peapod/network";
import type { Domain } from "@peapod/qemu";
import {
  adoptGuest,
  destroyGuest,
  findGuestProcesses,
  killProcess,
  type Launch,
  type Qmp,
  queryMachineType,
  startGuest,
} from "@peapod/qemu/node";
import type { GuestState, GuestView } from "../sandbox/guest-view.ts";
import type { SandboxStore } from "../sandbox/store.ts";
import type { Sandbox } from "../sandbox/types.ts";
import { finishedLog, type LogSource } from "../streams/serial-log.ts";
import {
  type GuestEnd,
  type GuestFile,
  isStarted,
  readDomainFile,
  readGuestFile,
  removeGuestFile,
  type StartedFile,
  writeDomainFile,
  writeGuestFile,
} from "./guest-file.ts";
import { LiveGuest } from "./live-guest.ts";
import { nodeLinkNames } from "./mending/node-links.ts";
import { PortWatch } from "./mending/port-watch.ts";
import { Pulse } from "./mending/pulse.ts";
import { seePresent } from "./see-present.ts";
import { Turns } from "./turns.ts";
import type { SeenGuest } from "./types.ts";
import { endOfVanished } from "./vanished.ts";

export interface KeeperOptions {
  readonly sandboxes: SandboxStore;
  readonly log: Log;
  readonly now: () => Date;
  /** Names of a pod's interfaces whose port their network lost. Undefined: networks are not asked. */
  readonly findLostPorts?: ((sandbox: Sandbox, signal: AbortSignal) => Promise<ReadonlySet<string>>) | undefined;
  /** What is wrong with the node's ends of pods' interfaces. Undefined: they are not looked at. */
  readonly findPortTroubles?: ((signal: AbortSignal) => Promise<PortTroubles>) | undefined;
}

export interface StartRequest {
  readonly sandbox: Sandbox;
  readonly domain: Domain;
  readonly file: Pick<GuestFile, "attachments" | "disks" | "startsPaused" | "graceSeconds">;
  readonly launch: Launch;
  readonly signal: AbortSignal;
}

/** The guest is another than before, or an attempt to start it is over: whoever attempts it knows that, and waits before the next. */
type Change = "guest" | "attempt";

defineCheckpoints([
  "guests/startRecorded",
  "guests/qemuStarted",
  "guests/qemuRecorded",
  "guests/endRecorded",
  "guests/qemuEnded",
]);

/**
 * The guests of this node: what is on disk about each, and our connections to those that run. Closing it leaves every guest alone.
 * Work on one guest is done one thing after the other.
 */
export class GuestKeeper implements GuestView, AsyncDisposable {
  readonly #options: KeeperOptions;
  readonly #files = new Map<string, GuestFile>();
  readonly #live = new Map<string, LiveGuest>();
  readonly #starting = new Map<string, AbortController>();
  readonly #expected = new Set<string>();
  readonly #turns = new Turns();
  readonly #pulse = new Pulse(lookEveryMs);
  readonly #ports: PortWatch;
  readonly #listeners = new Set<(vmiUid: string, what: Change) => void>();

  /** Reads what is known of every guest that has a sandbox; connects to none yet. */
  static async open(options: KeeperOptions): Promise<GuestKeeper> {
    const keeper = new GuestKeeper(options);
    for (const { vmiUid, dataDir } of options.sandboxes.list()) {
      const file = await readGuestFile(dataDir);
      if (file) keeper.#files.set(vmiUid, file);
    }
    return keeper;
  }

  private constructor(options: KeeperOptions) {
    this.#options = options;
    const { log, findPortTroubles = async () => new Map() } = options;
    const onError = (error: unknown): void => log.warn("node's ends of interfaces not watched", { error });
    this.#ports = new PortWatch({ pulse: this.#pulse, linkNames: nodeLinkNames, find: findPortTroubles, onError });
  }

  stateOf(vmiUid: string): GuestState {
    const file = this.#files.get(vmiUid);
    if (file?.isGone && file.ended) return { is: "ended", ...file.ended };
    return file || this.#starting.has(vmiUid) ? { is: "alive" } : { is: "absent" };
  }

  async destroy(vmiUid: string): Promise<void> {
    this.#starting.get(vmiUid)?.abort(new Error("the guest's pod is going"));
    const sandbox = this.#options.sandboxes.findByVmi(vmiUid);
    if (!sandbox) return;
    const at = this.#options.now().toISOString();
    const message = "The guest was switched off with its pod";
    await this.end(sandbox, { failed: true, reason: "Destroyed", message, at });
  }

  expect(vmiUid: string): void {
    this.#expected.add(vmiUid);
    this.#tell(vmiUid);
  }

  isExpected(vmiUid: string): boolean {
    return this.#expected.has(vmiUid);
  }

  onChange(listener: (vmiUid: string, what: Change) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** A guest that we are connected to. */
  live(vmiUid: string): LiveGuest | undefined {
    return this.#live.get(vmiUid);
  }

  /** What is on disk about a guest. */
  file(vmiUid: string): GuestFile | undefined {
    return this.#files.get(vmiUid);
  }

  /** The console log of a pod's guest, running or not; undefined where no such pod is on this node. */
  findLog(namespace: string, podName: string): LogSource | undefined {
    const sandbox = this.#options.sandboxes.findByPod(namespace, podName);
    return sandbox && (this.#live.get(sandbox.vmiUid)?.serialLog ?? finishedLog(sandbox.dataDir));
  }

  /** What is true of a guest now; one that nobody holds is adopted. @throws {QmpBusyError} when others hold all its monitors */
  async observe(sandbox: Sandbox, signal: AbortSignal): Promise<SeenGuest> {
    return await this.#turns.take(sandbox.vmiUid, async () => {
      const file = this.#files.get(sandbox.vmiUid);
      if (!file) return { is: "absent" };
      if (file.ended) return { is: file.isGone ? "ended" : "ending", end: file.ended };
      if (!isStarted(file)) return { is: "unfinished" };
      const live = await this.#connect(sandbox, file, signal);
      if (!(live instanceof LiveGuest)) return { is: "vanished", end: live };
      const state = await live.guest.state({ signal });
      if (state.status === "vanished") return { is: "vanished", end: endOfVanished(state, this.#options.now()) };
      return await seePresent(live, file, state.status, sandbox);
    });
  }

  /** While this runs the guest counts as alive, so that nobody takes its sandbox away under it; `destroy` aborts it. */
  async whileStarting<T>(vmiUid: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController();
    this.#starting.set(vmiUid, abort);
    try {
      return await work(AbortSignal.any([signal, abort.signal]));
    } finally {
      this.#starting.delete(vmiUid);
      this.#tell(vmiUid, "attempt");
    }
  }

  /** Starts its QEMU, stopped. What an earlier attempt left is ended first. @throws {GuestStartError} */
  async start({ sandbox, domain, file: asked, launch, signal }: StartRequest): Promise<void> {
    const { vmiUid, dataDir } = sandbox;
    await this.#turns.take(vmiUid, async () => {
      signal.throwIfAborted();
      if (this.#files.get(vmiUid)?.qemu) return;
      this.#forgetGone();
      // Before anything is started it is recorded; looking at every process of the machine takes longer than the rest.
      const leftovers = this.#files.has(vmiUid) ? await findGuestProcesses(domain.pidFile) : [];
      for (const leftover of leftovers) await killProcess(leftover);
      const now = this.#options.now();
      const file: GuestFile = {
        formatVersion: 1,
        vmiUid,
        namespace: sandbox.podNamespace,
        vmiName: sandbox.vmiName,
        startedAt: now.toISOString(),
        isContinued: false,
        isGone: false,
        ...asked,
      };
      await Promise.all([writeDomainFile(dataDir, domain), this.#write(sandbox, file)]);
      reached("guests/startRecorded");
      const stderrPath = `${dataDir}/qemu.log`;
      const { record, qmp } = await startGuest({ domain, launch, stderrPath, signal, now }).catch(
        async (error: unknown) => {
          this.#files.delete(vmiUid);
          await removeGuestFile(dataDir);
          throw error;
        },
      );
      reached("guests/qemuStarted");
      const machineType = await queryMachineType(qmp, { signal });
      // That it is about to be let run is part of the same record: as long as QEMU says "prelaunch", it was not.
      const started = { ...file, qemu: record, machineType, isContinued: !asked.startsPaused };
      await this.#write(sandbox, started);
      reached("guests/qemuRecorded");
      this.#live.set(vmiUid, await this.#open(sandbox, started, domain, qmp));
    });
    this.#tell(vmiUid);
  }

  /** Changes what is on disk about a guest, before it is done. */
  async record(sandbox: Sandbox, change: Partial<GuestFile>): Promise<void> {
    await this.#turns.take(sandbox.vmiUid, async () => {
      const file = this.#files.get(sandbox.vmiUid);
      if (file) await this.#write(sandbox, { ...file, ...change });
    });
    this.#tell(sandbox.vmiUid);
  }

  /**
   * Works on an interface of a running guest; that it is, and what came of it, is recorded. Nobody takes its sandbox away under the work; `destroy` aborts it.
   *
   * @throws {Error} when we are not connected to the guest
   */
  async mend(
    sandbox: Sandbox,
    name: string,
    stop: AbortSignal,
    work: (live: LiveGuest, file: StartedFile, signal: AbortSignal) => Promise<Attachment>,
  ): Promise<void> {
    const { vmiUid } = sandbox;
    await this.whileStarting(vmiUid, stop, (signal) =>
      this.#turns.take(vmiUid, async () => {
        const [live, file] = [this.#live.get(vmiUid), this.#files.get(vmiUid)];
        if (!live || !file || !isStarted(file) || file.ended)
          throw new Error(`Lost the connection to guest "${sandbox.vmiName}"`);
        const mending = (file.mending ?? []).filter((other) => other !== name);
        await this.#write(sandbox, { ...file, mending: [...mending, name] });
        const after = await work(live, file, signal);
        const attachments = file.attachments.map((one) => (one.name === name ? after : one));
        await this.#write(sandbox, { ...file, attachments, mending });
      }),
    );
    this.#tell(vmiUid);
  }

  /** Ends whatever runs of a guest, for the reason given unless one is recorded already. Repeating it does nothing. */
  async end(sandbox: Sandbox, end: GuestEnd): Promise<void> {
    const { vmiUid, runDir } = sandbox;
    await this.#turns.take(vmiUid, async () => {
      const file = this.#files.get(vmiUid);
      if (!file || file.isGone) return;
      const ending = { ...file, ended: file.ended ?? end };
      await this.#write(sandbox, ending);
      reached("guests/endRecorded");
      const live = this.#live.get(vmiUid);
      if (file.qemu) await destroyGuest(file.qemu, { guest: live?.guest });
      for (const process of await findGuestProcesses(`${runDir}/qemu.pid`)) await killProcess(process);
      reached("guests/qemuEnded");
      this.#live.delete(vmiUid);
      await live?.[Symbol.asyncDispose]();
      await this.#write(sandbox, { ...ending, isGone: true });
    });
    this.#tell(vmiUid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turns.settled();
    for (const live of this.#live.values()) await live[Symbol.asyncDispose]();
    this.#live.clear();
    this.#ports[Symbol.dispose]();
  }

  /** Our connection to it, made anew where it was lost; or how a guest ended that is not there any more. */
  async #connect(sandbox: Sandbox, file: StartedFile, signal: AbortSignal): Promise<LiveGuest | GuestEnd> {
    const known = this.#live.get(sandbox.vmiUid);
    if (known && !known.guest.qmp.closed.aborted) return known;
    if (known) {
      // It remembers what was the last we heard.
      const state = await known.guest.state({ signal }).catch(() => undefined);
      this.#live.delete(sandbox.vmiUid);
      await known[Symbol.asyncDispose]();
      if (state?.status === "vanished") return endOfVanished(state, this.#options.now());
    }
    const adoption = await adoptGuest(file.qemu, { signal });
    if (adoption.state !== "alive") return endOfVanished(adoption, this.#options.now());
    const domain = await readDomainFile(sandbox.dataDir);
    if (!domain) throw new Error(`Cannot adopt guest "${file.vmiName}": ${sandbox.dataDir} has no domain.json`);
    const live = await this.#open(sandbox, file, domain, adoption.qmp);
    this.#live.set(sandbox.vmiUid, live);
    this.#options.log.info("guest adopted", { vmi: `${file.namespace}/${file.vmiName}`, pid: file.qemu.process.pid });
    return live;
  }

  async #open(sandbox: Sandbox, file: StartedFile, domain: Domain, qmp: Qmp): Promise<LiveGuest> {
    const { vmiUid, podUid, dataDir, netnsPath, runDir } = sandbox;
    const { log, findLostPorts = async () => new Set<string>() } = this.#options;
    try {
      return await LiveGuest.open({
        ...{ file, domain, qmp, podUid, dataDir, netnsPath, runDir, log },
        pulse: this.#pulse,
        ports: this.#ports,
        findLostPorts: (signal) => findLostPorts(sandbox, signal),
        onChange: () => this.#tell(vmiUid),
      });
    } catch (error) {
      qmp.close();
      throw error;
    }
  }

  async #write({ vmiUid, dataDir }: Sandbox, file: GuestFile): Promise<void> {
    await writeGuestFile(dataDir, file);
    this.#files.set(vmiUid, file);
  }

  /** Those whose folders went with their pods. */
  #forgetGone(): void {
    for (const known of [this.#files, this.#expected]) {
      for (const vmiUid of known.keys()) if (!this.#options.sandboxes.findByVmi(vmiUid)) known.delete(vmiUid);
    }
  }

  #tell(vmiUid: string, what: Change = "guest"): void {
    for (const listener of this.#listeners) listener(vmiUid, what);
  }
}

/** Soon enough for a person to call it at once, and seldom enough to cost nothing: see docs/benchmarks.md. */
const lookEveryMs = 700;
