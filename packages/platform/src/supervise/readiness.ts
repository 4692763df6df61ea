import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";

/** What a process that goes into the background tells the one that started it, on descriptor 3: one JSON line. */
export type Readiness =
  | { readonly ready: readonly string[] }
  | { readonly failed: string; readonly advice?: string | undefined };

const descriptor = 3;

/** Tells the waiting parent, if there is one. A parent that did not wait is no failure. */
export function reportReadiness(readiness: Readiness): void {
  try {
    writeSync(descriptor, `${JSON.stringify(readiness)}\n`);
    closeSync(descriptor);
  } catch {
    // It left already (Ctrl-C at the prompt): we stay.
  }
}

/**
 * Starts a program in a session of its own and waits until it says how it went; it goes on living without us.
 *
 * @param logFile  gets both its outputs; its end is quoted when the program dies without a word
 */
export async function startInBackground(
  argv: readonly string[],
  logFile: string,
  env: NodeJS.ProcessEnv,
): Promise<Readiness> {
  const [program = "", ...args] = argv;
  const out = openSync(logFile, "a", 0o640);
  const child = spawn(program, args, { detached: true, stdio: ["ignore", out, out, "pipe"], env });
  closeSync(out);
  const said = child.stdio[descriptor];
  let text = "";
  return new Promise((resolve) => {
    said?.on("data", (bytes: Buffer) => {
      text += bytes.toString("utf8");
      if (!text.includes("\n")) return;
      child.unref();
      said.destroy();
      resolve(JSON.parse(text) as Readiness); // written by reportReadiness alone
    });
    child.once("error", (error) => resolve({ failed: error.message }));
    child.once("exit", (code, signal) => {
      // Its last word may still be on the way.
      setImmediate(() =>
        resolve({ failed: `Peapod ended before it was ready (${signal ?? `exit ${code}`})`, advice: tailOf(logFile) }),
      );
    });
  });
}

function tailOf(logFile: string): string {
  const lines = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-3);
  return `look into ${logFile}; it ends with:\n${lines.join("\n")}`;
}
