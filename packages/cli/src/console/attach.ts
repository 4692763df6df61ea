import { once } from "node:events";
import type { Connection } from "@peapod/machinery";
import type { Io } from "../commands/command.ts";

/** Ctrl-], which terminals also send for Ctrl-5. */
const escapeByte = 0x1d;

/**
 * Joins our terminal with a guest's console until the escape key, the end of the input, the end of the console, or the signal.
 * A terminal is in raw mode meanwhile, so that every other key reaches the guest.
 *
 * @throws {Error} when the connection breaks
 */
export async function attach(connection: Connection, io: Io, signal: AbortSignal): Promise<void> {
  const reader = connection.readable.getReader();
  const writer = connection.writable.getWriter();
  if (io.stdin.isTTY) io.stdin.setRawMode?.(true);
  try {
    // Whichever ends first ends it all; what the others still say afterwards is of no interest.
    await Promise.race([fromConsole(reader, io), toConsole(writer, io), abortOf(signal)]);
  } finally {
    if (io.stdin.isTTY) io.stdin.setRawMode?.(false);
    io.stdin.destroy(); // or the process would wait for a key
    await writer.close().catch(() => {}); // it may have broken already
    await reader.cancel().catch(() => {});
  }
}

async function fromConsole(reader: ReadableStreamDefaultReader<Uint8Array>, { stdout }: Io): Promise<void> {
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    if (!stdout.write(value)) await once(stdout, "drain");
  }
}

async function toConsole(writer: WritableStreamDefaultWriter<Uint8Array>, { stdin }: Io): Promise<void> {
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    const escapeAt = bytes.indexOf(escapeByte);
    const typed = escapeAt < 0 ? bytes : bytes.subarray(0, escapeAt);
    if (typed.length > 0) await writer.write(typed);
    if (escapeAt >= 0) return;
  }
}

async function abortOf(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
