import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { InstanceClaim } from "./claim/plan.ts";

/** What the instances of a machine agree on. Gone after a reboot, like everything it speaks of. */
export interface MachineState {
  readonly claims: readonly InstanceClaim[];
  /** Settings as they were before the first instance changed them: `"<netns> net/ipv4/ip_forward"` → `"0"`, `"<netns> rule 4 500"` → `"absent"`. */
  readonly originals: Readonly<Record<string, string>>;
}

const empty: MachineState = { claims: [], originals: {} };

/**
 * Reads and changes what the instances of this machine agree on, while no other process does. The files go with the last claim.
 *
 * @param path  a JSON file; its lock lies beside it
 * @param change  runs under the lock; what it throws leaves the state as it was
 */
export function changeMachineState<T>(path: string, change: (state: MachineState) => readonly [MachineState, T]): T {
  mkdirSync(dirname(path), { recursive: true, mode: 0o711 });
  using _ = takeLock(`${path}.lock`);
  const [state, answer] = change(readState(path));
  if (state.claims.length === 0 && Object.keys(state.originals).length === 0) {
    rmSync(path, { force: true });
    rmSync(`${path}.lock`, { force: true });
  } else {
    writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  return answer;
}

function readState(path: string): MachineState {
  if (!statSync(path, { throwIfNoEntry: false })) return empty;
  return JSON.parse(readFileSync(path, "utf8")) as MachineState; // we wrote it, whole or not at all
}

/**
 * Node has no file locks, but SQLite has: an empty database that is held exclusively and never written is one, and goes with its
 * holder.
 */
function takeLock(path: string): Disposable {
  for (;;) {
    const lock = openLock(path);
    // Whoever had the lock before us may have removed the file: then ours is a lock on nothing.
    if (lock.isThere()) return lock;
    lock[Symbol.dispose]();
  }
}

/**
 * The file is open beside the database, from before it to after it: as long as it is, no other file gets its inode number. It must not
 * be closed earlier, for with any descriptor of a file that a process closes go all of its locks on that file.
 */
function openLock(path: string): Disposable & { isThere(): boolean } {
  const file = openSync(path, "a", 0o600);
  let db: DatabaseSync | undefined;
  try {
    const inode = fstatSync(file).ino;
    db = new DatabaseSync(path, { timeout: 20_000 });
    db.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return {
      isThere: () => statSync(path, { throwIfNoEntry: false })?.ino === inode,
      [Symbol.dispose]() {
        db?.close();
        closeSync(file);
      },
    };
  } catch (cause) {
    db?.close();
    closeSync(file);
    throw new Error(`Cannot lock "${path}"`, { cause });
  }
}
