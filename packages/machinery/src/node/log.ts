import { writeSync } from "node:fs";
import { createLogTo } from "../log/create-log.ts";
import type { Log, LogLevel } from "../log/types.ts";

/** A log to standard error. Lines are written at once, so that none is lost when the process is killed. */
export function createLog(options: { readonly component: string; readonly level?: LogLevel | undefined }): Log {
  return createLogTo((line) => writeLine(2, line), options);
}

const pause = new Int32Array(new SharedArrayBuffer(4));

function writeLine(fd: number, line: string): void {
  let rest = Buffer.from(line);
  // A pipe whose reader is slow answers EAGAIN; a reader that is gone for good must not hold us.
  for (let tries = 0; rest.length > 0 && tries < 200; ) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
      tries += 1;
      Atomics.wait(pause, 0, 0, 5);
    }
  }
}
