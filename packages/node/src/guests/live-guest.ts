import { type Log, timestampOf } from "@peapod/machinery";
import { watchLease } from "@peapod/network";
import type { Domain } from "@peapod/qemu";
import { Guest, type Qmp, type QmpEvent } from "@peapod/qemu/node";
import { SerialConsole } from "../streams/serial-console.ts";
import { SerialLog } from "../streams/serial-log.ts";
import { AgentWatch } from "./agent-watch.ts";
import type { StartedFile } from "./guest-file.ts";
import type { PortWatch } from "./mending/port-watch.ts";
import type { Pulse } from "./mending/pulse.ts";
import { WireWatch } from "./mending/wire-watch.ts";

export interface LiveGuestOptions {
  readonly file: StartedFile;
  readonly domain: Domain;
  readonly qmp: Qmp;
  readonly dataDir: string;
  readonly podUid: string;
  readonly netnsPath: string;
  readonly runDir: string;
  readonly pulse: Pulse;
  readonly ports: PortWatch;
  readonly findLostPorts: (signal: AbortSignal) => Promise<ReadonlySet<string>>;
  /** Something may have changed: look. */
  readonly onChange: () => void;
  readonly log: Log;
}

/**
 * Our ends of a guest that runs: its monitor, its console, its agent, its leases. Leaving it closes them; the guest does not notice.
 */
export class LiveGuest implements AsyncDisposable {
  readonly guest: Guest;
  readonly domain: Domain;
  readonly agent: AgentWatch | undefined;
  readonly console: SerialConsole | undefined;
  readonly serialLog: SerialLog;
  /** When its power button was last pressed by us. */
  lastPressAt: Date | undefined;
  /** When programs that speak for its interfaces were last started by us. */
  lastServedAt: Date | undefined;
  readonly wires: WireWatch;
  readonly #stop: AbortController;

  static async open(options: LiveGuestOptions): Promise<LiveGuest> {
    const { domain, dataDir } = options;
    await using undo = new AsyncDisposableStack();
    const serialLog = undo.use(await SerialLog.open({ folder: dataDir }));
    const console =
      domain.serial && undo.use(await SerialConsole.open({ socketPath: domain.serial.socketPath, log: serialLog }));
    undo.move();
    return new LiveGuest(options, serialLog, console);
  }

  private constructor(
    { file, domain, qmp, onChange, log, ...places }: LiveGuestOptions,
    serialLog: SerialLog,
    console: SerialConsole | undefined,
  ) {
    this.guest = new Guest(file.qemu, qmp);
    this.domain = domain;
    this.serialLog = serialLog;
    this.console = console;
    this.agent = domain.guestAgent && new AgentWatch({ qmp, socketPath: domain.guestAgent.socketPath, onChange });
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    void watchEvents(qmp.events({ signal }), onChange, log.with({ vmi: `${file.namespace}/${file.vmiName}` }));
    qmp.closed.addEventListener("abort", () => !signal.aborted && onChange());
    this.wires = new WireWatch({
      ...places,
      pid: file.qemu.process.pid,
      attachments: file.attachments,
      onChange,
      onNewAddress: () => this.agent?.refresh(),
      onError: (error) => log.warn("interfaces not watched", { vmi: `${file.namespace}/${file.vmiName}`, error }),
    });
    for (const { leaseFile } of file.attachments) {
      if (leaseFile === undefined) continue;
      void watchLeases(leaseFile, signal, () => this.agent?.refresh()).catch((error: unknown) =>
        log.warn("leases not watched", { vmi: `${file.namespace}/${file.vmiName}`, error }),
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.wires[Symbol.dispose]();
    await this.agent?.[Symbol.asyncDispose]();
    await this.console?.[Symbol.asyncDispose]();
    await this.serialLog[Symbol.asyncDispose]();
    await this.guest[Symbol.asyncDispose]();
  }
}

/** An event says that something happened, never what is: whoever is called looks for himself. */
async function watchEvents(events: AsyncIterable<QmpEvent>, onChange: () => void, log: Log): Promise<void> {
  for await (const { event, data, timestampMs } of events) {
    if (!telling.has(event)) continue;
    log.info("guest event", { event, ...data, at: timestampOf(new Date(timestampMs)) });
    onChange();
  }
}

/** Those after which a status may be another. A reset is none: one press makes several. */
const telling = new Set([
  "SHUTDOWN",
  "STOP",
  "RESUME",
  "GUEST_PANICKED",
  "GUEST_CRASHLOADED",
  "BLOCK_IO_ERROR",
  "WATCHDOG",
  "SUSPEND",
  "WAKEUP",
  // A passt that died.
  "NETDEV_STREAM_DISCONNECTED",
]);

async function watchLeases(file: string, signal: AbortSignal, onLease: () => void): Promise<void> {
  for await (const leases of watchLease(file, signal)) if (leases.length > 0) onLease();
}
