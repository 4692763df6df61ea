import { setTimeout as sleep } from "node:timers/promises";
import { isJsonEqual } from "@peapod/machinery";
import { deviceIds } from "@peapod/qemu";
import {
  connectGuestAgent,
  type GuestAgent,
  GuestAgentError,
  getAgentInfo,
  getInterfaces,
  getOsInfo,
  type Qmp,
} from "@peapod/qemu/node";
import type { AgentReport } from "./types.ts";

export interface AgentWatchOptions {
  readonly qmp: Qmp;
  /** QEMU's end of the agent's port. */
  readonly socketPath: string;
  /** Called when what the agent says has changed, or it came or went. */
  readonly onChange: () => void;
  /** Between the looks that follow closely. */
  readonly pausesMs?: readonly number[];
}

/**
 * Keeps up with one guest's agent. QEMU says when the guest opens and closes the port, which is the moment to ask; after that the
 * agent is asked for addresses a few times in quick succession, since they come late, and then twice a minute; the same after a refresh.
 */
export class AgentWatch implements AsyncDisposable {
  readonly #options: AgentWatchOptions;
  readonly #stop = new AbortController();
  #client: GuestAgent | undefined;
  #report: AgentReport | undefined;
  #isOpen = false;
  /** Since the agent last had reason to know more. */
  #looks = 0;
  #lookAgain: (() => void) | undefined;
  /** Something happened since the last look began: another does not wait. */
  #isAsked = false;

  constructor(options: AgentWatchOptions) {
    this.#options = options;
    void this.#listen();
    void this.#keepLooking();
  }

  /** Undefined while no agent answers. */
  get report(): AgentReport | undefined {
    return this.#report;
  }

  /** The one connection to the agent, for questions and orders; undefined while none answers. */
  get client(): GuestAgent | undefined {
    return this.#report === undefined ? undefined : this.#client;
  }

  /** Something happened that the agent may know more about, such as a lease: what comes of it comes a moment later. */
  refresh(): void {
    this.#looks = 0;
    this.#isAsked = true;
    this.#lookAgain?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#client?.close();
    this.#lookAgain?.();
  }

  async #listen(): Promise<void> {
    const { qmp } = this.#options;
    const events = qmp.events({ signal: this.#stop.signal });
    this.#setOpen(await isPortOpen(qmp).catch(() => false));
    for await (const { event, data } of events) {
      if (event === "VSERPORT_CHANGE" && data["id"] === deviceIds.guestAgent) this.#setOpen(data["open"] === true);
    }
    this.#setOpen(false);
  }

  #setOpen(isOpen: boolean): void {
    this.#isOpen = isOpen;
    if (!isOpen) this.#tell(undefined);
    this.refresh();
  }

  async #keepLooking(): Promise<void> {
    const { signal } = this.#stop;
    const { pausesMs = pauses } = this.#options;
    while (!signal.aborted) {
      this.#isAsked = false;
      const isAnswered = this.#isOpen && (await this.#look());
      this.#looks = isAnswered ? this.#looks + 1 : 0;
      const waitMs = this.#isOpen ? (pausesMs[this.#looks] ?? restingMs) : undefined;
      await this.#pause(waitMs);
    }
  }

  /** @returns whether it answered */
  async #look(): Promise<boolean> {
    const { signal } = this.#stop;
    try {
      if (this.#client === undefined || this.#client.closed.aborted) {
        this.#client = await connectGuestAgent(this.#options.socketPath, { signal });
      }
      const options = { signal, deadlineMs: 3000 };
      const known = this.#report;
      const version = known?.version ?? (await getAgentInfo(this.#client, options)).version;
      const os = known?.os ?? (await getOsInfo(this.#client, options).catch(refused));
      const interfaces = (await getInterfaces(this.#client, options).catch(refused)) ?? known?.interfaces ?? [];
      if (this.#isOpen) this.#tell({ version, os, interfaces });
      return true;
    } catch {
      // It hangs, or has just gone; what it said last still holds until QEMU says that it is gone.
      return false;
    }
  }

  #tell(report: AgentReport | undefined): void {
    if (isJsonEqual(report ?? null, this.#report ?? null)) return;
    this.#report = report;
    if (!this.#stop.signal.aborted) this.#options.onChange();
  }

  async #pause(ms: number | undefined): Promise<void> {
    if (this.#isAsked) return;
    const over = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#lookAgain = resolve;
    });
    const rest = ms === undefined ? [] : [sleep(ms, undefined, { signal: over.signal, ref: false }).catch(() => {})];
    await Promise.race([woken, ...rest]);
    over.abort();
  }
}

/** Whether the guest has the port open now: its event came before we did. */
async function isPortOpen(qmp: Qmp): Promise<boolean> {
  const chardevs = await qmp.execute("query-chardev");
  if (!Array.isArray(chardevs)) return false;
  return chardevs.some(
    (chardev) => chardev["label"] === `char-${deviceIds.guestAgent}` && chardev["frontend-open"] === true,
  );
}

/** A frozen agent refuses nearly everything, an old one some: neither is a dead one. */
function refused(error: unknown): undefined {
  if (!(error instanceof GuestAgentError)) throw error;
}

/** Between the first looks; addresses come with DHCP, some seconds after the agent. */
const pauses = [2000, 500, 1000, 2000, 4000, 8000];
const restingMs = 30_000;
