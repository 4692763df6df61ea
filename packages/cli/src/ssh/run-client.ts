import { spawn } from "node:child_process";
import { once } from "node:events";
import type { CommandContext } from "../commands/command.ts";
import { ExitError } from "../commands/exit-error.ts";
import { UsageError } from "../flags/parse-flags.ts";

/**
 * Hands this terminal to a program until that ends.
 *
 * @throws {ExitError} with its code, when that is not 0: it has said itself what was wrong
 */
export async function runClient(argv: readonly string[], { flags, signal }: CommandContext): Promise<void> {
  if (!flags.on("local-ssh"))
    throw new UsageError("only the local ssh client is supported: leave out --local-ssh=false");
  const [program = "", ...args] = argv;
  const child = spawn(program, args, { stdio: "inherit" });
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop);
  try {
    const [code] = (await once(child, "exit")) as [number | null]; // as node:child_process has it
    if (code !== 0) throw new ExitError(code ?? 1);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      throw new Error(`Cannot run "${program}": it is not installed here`);
    }
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
