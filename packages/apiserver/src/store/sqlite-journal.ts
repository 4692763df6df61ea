import { Worker } from "node:worker_threads";
import { openDatabase, readAll } from "./database.ts";
import { type Journal, JournalError, type Recovered } from "./journal.ts";
import { packBodies } from "./packed-rows.ts";
import type { WriterAnswer, WriterRequest, WriterSettings } from "./writer-protocol.ts";

/** SQLite's "database or disk is full": the transaction is rolled back, so nothing of it was kept. */
const sqliteFull = 13;

/**
 * Opens (or makes) the store's file and a worker thread that writes it.
 *
 * @throws {Error} when the file cannot be opened or read
 */
export async function openSqliteJournal(
  settings: WriterSettings,
): Promise<{ readonly journal: SqliteJournal; readonly recovered: Recovered }> {
  const db = openDatabase(settings.path);
  let recovered: Recovered;
  try {
    recovered = readAll(db);
  } finally {
    db.close();
  }
  return { journal: new SqliteJournal(settings), recovered };
}

interface Waiting {
  readonly resolve: (answer: WriterAnswer) => void;
  readonly reject: (error: JournalError) => void;
}

/** The main thread's end of the writer. A writer that died is started again by `recover()`. */
export class SqliteJournal implements Journal {
  readonly #settings: WriterSettings;
  #worker: Worker | undefined;
  #waiting: Waiting[] = [];

  constructor(settings: WriterSettings) {
    this.#settings = settings;
    this.#worker = this.#start();
  }

  async append(rows: Parameters<Journal["append"]>[0]): Promise<void> {
    const packed = packBodies(rows);
    const answer = await this.#ask({ do: "append", packed }, [packed.bodies]);
    if (!answer.ok) {
      throw new JournalError(answer.message, { outcome: answer.sqliteCode === sqliteFull ? "lost" : "unknown" });
    }
  }

  async compact(revision: number): Promise<void> {
    const answer = await this.#ask({ do: "compact", revision });
    if (!answer.ok) throw new JournalError(answer.message, { outcome: "lost" });
  }

  async recover(revision: number) {
    // A connection that met an I/O error may hold a stale view of its file: begin with a new one.
    const old = this.#worker;
    if (old) {
      this.#died(old, undefined);
      await old.terminate();
    }
    this.#worker = this.#start();
    const answer = await this.#ask({ do: "read", revision });
    if (!answer.ok) throw new JournalError(answer.message, { outcome: "unknown" });
    return answer.rows ?? [];
  }

  async close(): Promise<void> {
    if (!this.#worker) return;
    const worker = this.#worker;
    await this.#ask({ do: "close" }).catch(() => {}); // a dead writer has nothing left to close
    this.#worker = undefined;
    await worker.terminate();
  }

  /** Ends the writer at once, as a crash would; the next append fails with an unknown outcome. For tests. */
  async killWriter(): Promise<void> {
    await this.#worker?.terminate();
  }

  #ask(request: WriterRequest, transfer: readonly ArrayBuffer[] = []): Promise<WriterAnswer> {
    return new Promise((resolve, reject) => {
      if (!this.#worker) {
        reject(new JournalError("the store's writer is not running", { outcome: "unknown" }));
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#worker.ref(); // a process must not end while a write is under way, but may while the writer idles
      this.#worker.postMessage(request, [...transfer]);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL("./writer.ts", import.meta.url), {
      workerData: this.#settings,
      name: "peapod store",
      // It holds one batch at a time; a large nursery would only cost memory.
      resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 2 },
    });
    worker.unref();
    worker.on("message", (answer: WriterAnswer) => {
      this.#waiting.shift()?.resolve(answer);
      if (this.#waiting.length === 0) worker.unref();
    });
    worker.on("error", (error) => this.#died(worker, error));
    worker.on("exit", () => this.#died(worker, undefined));
    return worker;
  }

  #died(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) {
      reject(new JournalError("the store's writer ended", { outcome: "unknown", cause }));
    }
  }
}
