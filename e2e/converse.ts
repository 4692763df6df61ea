/** A program that is spoken with while it runs, as a person does at a terminal. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { eventually, type Peapod, root } from "./harness.ts";

export interface Conversation extends AsyncDisposable {
  /** Sends it, and what it started, a signal. */
  kill(signal: NodeJS.Signals): void;
  /** All that it has said on both outputs. */
  said(): string;
  type(text: string): void;
  /** Waits until it has said this, after what was heard before; what it said up to there. */
  hear(wanted: RegExp): Promise<string>;
  /** Its exit code, once it has ended. */
  ended(): Promise<number | null>;
}

/** Starts one of our executables, or kubectl, against an instance. Leaving the scope ends it. */
export function converse(peapod: Peapod, program: string, ...args: readonly string[]): Conversation {
  const path = program === "kubectl" ? program : join(root, "bin", program);
  // In a group of its own: our executables start the Node that does the work.
  const child = spawn(path, args, {
    cwd: root,
    detached: true,
    env: { ...process.env, KUBECONFIG: peapod.kubeconfig },
  });
  let text = "";
  let heard = 0;
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding("utf8");
    output.on("data", (more: string) => {
      text += more;
    });
  }
  child.stdin.on("error", () => {}); // it ended before it read everything
  const end = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined && !hasEnded(child)) process.kill(-child.pid, name);
  };
  return {
    kill: signal,
    said: () => text,
    type: (line) => void child.stdin.write(line),
    async hear(wanted) {
      try {
        return await eventually(`${program} ${args.join(" ")} says ${wanted}`, () => {
          const found = wanted.exec(text.slice(heard));
          if (!found) return undefined;
          const upTo = heard + found.index + found[0].length;
          const part = text.slice(heard, upTo);
          heard = upTo;
          return part;
        });
      } catch (cause) {
        throw new Error(`it said only: ${JSON.stringify(text.slice(heard))}`, { cause });
      }
    },
    ended: async () => {
      await eventually(`${program} ${args.join(" ")} ends`, () => hasEnded(child), 60_000);
      return end;
    },
    async [Symbol.asyncDispose]() {
      signal("SIGKILL");
      await end;
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcessWithoutNullStreams): boolean {
  return exitCode !== null || signalCode !== null;
}
