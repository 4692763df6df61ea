/**
 * One version of one object, as it lies in the journal. A deletion is a version too: its body is the last state with the revision
 * of the deletion, which is what a DELETED event shows.
 */
export interface Row {
  readonly revision: number;
  /** `"pods"`, `"virtualmachines.kubevirt.io"` */
  readonly resource: string;
  /** `""` for cluster-wide kinds. */
  readonly namespace: string;
  readonly name: string;
  /** Revision of the version that this one replaces; 0 for a new object. */
  readonly previous: number;
  readonly deleted: boolean;
  /** JSON in UTF-8. */
  readonly body: Uint8Array;
}

/** What a journal held when it was opened: rows in order of revision. */
export interface Recovered {
  readonly rows: readonly Row[];
  /** Versions up to here may be gone, apart from the newest of each object. */
  readonly compacted: number;
}

/** Where versions are kept. One append at a time: the caller waits for the last before the next. */
export interface Journal {
  /**
   * Resolves once the rows would survive a power failure.
   *
   * @throws {JournalError} nothing, or an unknown part, of the rows was kept: see `outcome`
   */
  append(rows: readonly Row[]): Promise<void>;
  /** Forgets replaced versions and deletions up to and including `revision`. */
  compact(revision: number): Promise<void>;
  /** After an unknown outcome: makes the journal usable again and tells which rows after `revision` it holds. */
  recover(revision: number): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** `lost`: the rows are certainly not stored. `unknown`: the writer died or the disk failed in between; ask `recover()`. */
export class JournalError extends Error {
  override readonly name = "JournalError";
  readonly outcome: "lost" | "unknown";
  constructor(message: string, options: { outcome: "lost" | "unknown"; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.outcome = options.outcome;
  }
}

/** A journal that forgets everything with the process: for tests and for `peapod up` without a data folder. */
export function createMemoryJournal(): Journal {
  return {
    append: () => Promise.resolve(),
    compact: () => Promise.resolve(),
    recover: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}
