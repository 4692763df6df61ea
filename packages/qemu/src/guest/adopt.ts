import { connectQmp, type Qmp } from "../qmp/connection.ts";
import { QmpBusyError, QmpClosedError, QmpTimeoutError } from "../qmp/errors.ts";
import { queryUuid } from "../qmp/verbs.ts";
import { isAlive, readBootId } from "./process.ts";
import { type GuestRecord, lastWords } from "./record.ts";

export type Adoption =
  | { readonly state: "alive"; readonly qmp: Qmp }
  /** QEMU is gone. It pauses at its guest's end, so this was none: it crashed or was killed. */
  | { readonly state: "vanished"; readonly lastWords: string }
  /** It ran before the machine was started anew. */
  | { readonly state: "rebooted" };

/**
 * Finds a recorded guest again and opens one of its monitors, whichever nobody holds.
 *
 * @throws {QmpBusyError} when all monitors are held by others; look again later
 */
export async function adoptGuest(
  record: GuestRecord,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Adoption> {
  const { signal } = options;
  if (record.process.bootId !== (await readBootId())) return { state: "rebooted" };
  let last: unknown = new Error(`Guest "${record.name}" has no monitor`);
  for (const path of record.monitorPaths) {
    if (!(await isAlive(record.process))) break;
    let qmp: Qmp | undefined;
    try {
      qmp = await connectQmp(path, { signal });
      const uuid = await queryUuid(qmp, { signal, deadlineMs: 2000 });
      if (uuid === record.uuid) return { state: "alive", qmp };
      last = new Error(`The monitor "${path}" answers for guest ${uuid}, not for ${record.uuid}`);
    } catch (error) {
      signal?.throwIfAborted();
      last = error;
    }
    qmp?.close();
  }
  if (!(await isAlive(record.process))) return { state: "vanished", lastWords: await lastWords(record.stderrPath) };
  throw last;
}

/** Whether an error of a monitor means "try again", not "this guest is broken". */
export function isMonitorTrouble(error: unknown): boolean {
  return error instanceof QmpBusyError || error instanceof QmpTimeoutError || error instanceof QmpClosedError;
}
