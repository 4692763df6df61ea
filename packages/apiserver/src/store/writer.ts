/**
 * The worker thread that owns the store's file. It blocks in `fsync` so that the main thread never does. One message in, one answer
 * out, in order.
 */
import { parentPort, workerData } from "node:worker_threads";
import { compactLog, createAppender, openDatabase, readAfter } from "./database.ts";
import type { Row } from "./journal.ts";
import { unpackBodies } from "./packed-rows.ts";
import type { WriterAnswer, WriterRequest, WriterSettings } from "./writer-protocol.ts";

if (!parentPort) throw new Error("The store's writer runs only as a worker thread");
const port = parentPort;
// workerData is what openSqliteJournal() gave to `new Worker`.
const settings = workerData as WriterSettings;
const db = openDatabase(settings.path, settings);
const append = createAppender(db);

port.on("message", (request: WriterRequest) => {
  port.postMessage(answer(request));
  if (request.do === "close") port.close();
});

function answer(request: WriterRequest): WriterAnswer {
  try {
    switch (request.do) {
      case "append":
        append(unpackBodies(request.packed));
        return { ok: true };
      case "compact":
        compactLog(db, request.revision);
        return { ok: true };
      case "read": {
        const rows: readonly Row[] = readAfter(db, request.revision);
        return { ok: true, rows };
      }
      case "close":
        db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
        db.close();
        return { ok: true };
    }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error), sqliteCode: codeOf(error) };
  }
}

function codeOf(error: unknown): number | undefined {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : undefined;
}
