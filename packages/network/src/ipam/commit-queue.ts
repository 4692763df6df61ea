import type { AllocationTable } from "./allocation-table.ts";
import type { Journal, JournalChange } from "./journal.ts";

/** What a call decided on the table as it is then: changes, and what to answer when they are on disk. */
export interface Decided<T> {
  readonly changes: readonly JournalChange[];
  readonly answer: T;
}

export interface CommitQueue {
  /** Decides in turn, one after the other; resolves when the changes are on disk. Throws what `decide` throws. */
  readonly change: <T>(decide: () => Decided<T>) => Promise<T>;
  readonly onChange: (listener: (changes: readonly JournalChange[]) => void) => Disposable;
}

interface Waiting {
  readonly decide: () => readonly JournalChange[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One commit for all calls of a turn of the event loop. A commit that fails leaves the table as it was. */
export function openCommitQueue(table: AllocationTable, journal: Journal): CommitQueue {
  let queue: Waiting[] = [];
  const listeners = new Set<(changes: readonly JournalChange[]) => void>();

  const commit = (): void => {
    const batch = queue;
    queue = [];
    const undo: (() => void)[] = [];
    const changes: JournalChange[] = [];
    const decided: Waiting[] = [];
    for (const waiting of batch) {
      try {
        // The table changes at once, so that the next in line sees what this one took.
        for (const wanted of waiting.decide()) {
          undo.push(applyTo(table, wanted));
          changes.push(wanted);
        }
        decided.push(waiting);
      } catch (error) {
        waiting.reject(error);
      }
    }
    try {
      if (changes.length > 0) journal.commit(changes);
    } catch (cause) {
      for (const back of undo.reverse()) back();
      const error = new Error("Cannot write the address database", { cause });
      for (const waiting of decided) waiting.reject(error);
      return;
    }
    for (const waiting of decided) waiting.resolve();
    if (changes.length > 0) for (const listener of listeners) listener(changes);
  };

  return {
    change: <T>(decide: () => Decided<T>) => {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      if (queue.length === 0) setImmediate(commit);
      let answer: T;
      queue.push({
        decide: () => {
          const decision = decide();
          answer = decision.answer;
          return decision.changes;
        },
        resolve: () => resolve(answer),
        reject,
      });
      return promise;
    },
    onChange: (listener) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}

function applyTo(table: AllocationTable, change: JournalChange): () => void {
  if (change.do !== "putPool" && change.do !== "removePool") return table.apply(change);
  const name = change.do === "putPool" ? change.pool.name : change.name;
  const before = table.pool(name)?.pool.definition;
  if (change.do === "putPool") table.putPool(change.pool);
  else table.removePool(name);
  return () => (before ? table.putPool(before) : table.removePool(name));
}
