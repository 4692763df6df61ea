import type { Qmp } from "../qmp/connection.ts";
import { QmpClosedError } from "../qmp/errors.ts";
import type { QmpEvent } from "../qmp/messages.ts";
import { queryStatus, type RunState } from "../qmp/verbs.ts";
import { isAlive, waitForExit } from "./process.ts";
import { type GuestRecord, lastWords } from "./record.ts";

/** Why a guest's machine stopped, as QEMU said it: `guest-shutdown`, `host-qmp-quit`, `host-signal`, `guest-panic`, … */
export interface Shutdown {
  /** The guest itself asked for it. */
  readonly guest: boolean;
  readonly reason: string;
}

export type GuestState =
  | { readonly status: RunState; readonly shutdown?: Shutdown | undefined }
  | { readonly status: "vanished"; readonly lastWords: string; readonly shutdown?: Shutdown | undefined };

/**
 * A guest whose monitor we hold. Leaving its scope closes our connection, never the guest. The exit code of a QEMU never says why it
 * ended, so the last `SHUTDOWN` is kept.
 */
export class Guest implements AsyncDisposable {
  readonly record: GuestRecord;
  readonly qmp: Qmp;
  #shutdown: Shutdown | undefined;

  constructor(record: GuestRecord, qmp: Qmp) {
    this.record = record;
    this.qmp = qmp;
    void this.#listen(qmp.events());
  }

  /** What is true now, asked of QEMU. */
  async state(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<GuestState> {
    try {
      const status = await queryStatus(this.qmp, { ...options, deadlineMs: 5000 });
      return { status, shutdown: this.#shutdown };
    } catch (error) {
      if (!(error instanceof QmpClosedError)) throw error;
      // The socket closes a moment before the process is gone.
      if (!(await waitForExit(this.record.process, 2000, options.signal))) throw error;
      return { status: "vanished", lastWords: await lastWords(this.record.stderrPath), shutdown: this.#shutdown };
    }
  }

  async isAlive(): Promise<boolean> {
    return await isAlive(this.record.process);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.qmp.close();
  }

  async #listen(events: AsyncIterable<QmpEvent>): Promise<void> {
    for await (const { event, data } of events) {
      if (event === "SHUTDOWN") this.#shutdown = { guest: data["guest"] === true, reason: String(data["reason"]) };
      // A reset machine starts over, and what ended it before is of no account.
      if (event === "RESET") this.#shutdown = undefined;
    }
  }
}
