import { type Connection, delay } from "@peapod/machinery";
import { isNotRunningYet, openStream } from "../access/open-stream.ts";
import type { Access } from "../commands/command.ts";

const retryMs = 1_000;

/**
 * Opens the console, waiting for the guest to run.
 *
 * @param timeoutMs  0 does not wait
 * @throws {Error} when it does not run in time; {ApiError} for any other refusal
 */
export async function dialConsole(
  access: Access,
  name: string,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly retryMs?: number },
): Promise<Connection> {
  const { timeoutMs, signal } = options;
  const deadline = Date.now() + timeoutMs;
  while (true) {
    try {
      return await openStream(access, "virtualmachineinstances", name, "console", signal);
    } catch (error) {
      if (timeoutMs === 0 || !isNotRunningYet(error)) throw error;
    }
    if (Date.now() >= deadline) throw new Error("Timeout trying to connect to the virtual machine instance");
    await delay(options.retryMs ?? retryMs, signal);
  }
}
