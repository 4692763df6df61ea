import { closeSync, fstatSync, mkdirSync, openSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { InstanceClaim } from "./claim/plan.ts";

/** What the instances of a machine agree on. Gone after a reboot, like everything it speaks of. */
export interface MachineState {
  readonly claims: readonly InstanceClaim[];
  /** Settings as they were before the first instance changed them: `"<netns> net/ipv4/ip_forward"` → `"0"`. */
  readonly originals: Readonly<Record<string, string>>;
}

const empty: MachineState = { claims: [], originals: {} };

/**
 * Reads and changes what the instances of this machine agree on, while no other process does. The lock is the kernel's and goes
 * with its holder. The file goes with its last claim.
 *
 * @param change  runs under the lock; what it throws leaves the state as it was
 */
export function changeMachineState<T>(path: string, change: (state: MachineState) => readonly [MachineState, T]): T {
  mkdirSync(dirname(path), { recursive: true, mode: 0o711 });
  for (;;) {
    const inode = touch(path);
    using db = new DatabaseSync(path, { timeout: 20_000 });
    db.exec("BEGIN EXCLUSIVE");
    // Whoever had the lock before us may have removed the file: then ours is a lock on nothing.
    if (inodeOf(path) !== inode) continue;
    db.exec("CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL)");
    const row = db.prepare("SELECT value FROM state").get();
    const [state, answer] = change(row ? (JSON.parse(String(row.value)) as MachineState) : empty);
    if (state.claims.length === 0 && Object.keys(state.originals).length === 0) {
      rmSync(path, { force: true });
      db.exec("ROLLBACK");
    } else {
      db.prepare("INSERT OR REPLACE INTO state VALUES (1, ?)").run(JSON.stringify(state));
      db.exec("COMMIT");
    }
    return answer;
  }
}

function touch(path: string): number {
  const file = openSync(path, "a", 0o600);
  try {
    return fstatSync(file).ino;
  } finally {
    closeSync(file);
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
