import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { cutJson } from "./cut-json.ts";

/** Open vSwitch's database, spoken to over its socket (RFC 7047). One request at a time. */
export interface Ovsdb extends Disposable {
  /**
   * Carries out operations on `Open_vSwitch`, all or none.
   *
   * @returns one result for each operation
   * @throws {Error} when one of them fails; nothing was done then
   */
  readonly transact: (operations: readonly OvsdbOperation[], signal: AbortSignal) => Promise<readonly OvsdbResult[]>;
}

export type OvsdbOperation = { readonly op: string } & Readonly<Record<string, unknown>>;

export interface OvsdbResult {
  readonly rows?: readonly Readonly<Record<string, unknown>>[];
  readonly count?: number;
  readonly error?: string;
  readonly details?: string;
}

/** @throws {Error} when nobody answers on that socket */
export async function openOvsdb(socketPath: string, signal: AbortSignal): Promise<Ovsdb> {
  signal.throwIfAborted();
  const socket = createConnection(socketPath);
  try {
    await once(socket, "connect", { signal });
  } catch (cause) {
    socket.destroy();
    signal.throwIfAborted();
    throw new Error(
      `Cannot reach Open vSwitch on "${socketPath}": is it installed (Debian: openvswitch-switch) and running?`,
      { cause },
    );
  }
  const answers = listen(socket);
  let lastId = 0;
  return {
    transact: async (operations, aborted) => {
      lastId += 1;
      socket.write(JSON.stringify({ method: "transact", params: ["Open_vSwitch", ...operations], id: lastId }));
      const { result, error } = await answers.of(lastId, aborted);
      if (error) throw new Error(`Cannot change Open vSwitch: ${JSON.stringify(error)}`);
      const failed = result.find((one) => one?.error !== undefined);
      if (failed) throw new Error(`Cannot change Open vSwitch: ${failed.details ?? failed.error}`);
      return result;
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

interface Answer {
  readonly result: readonly OvsdbResult[];
  readonly error: unknown;
}

/** Gives answers to those who wait for them, and says that we are alive when the server asks. */
function listen(socket: Socket): { readonly of: (id: number, signal: AbortSignal) => Promise<Answer> } {
  const waiting = new Map<number, (answer: Answer | Error) => void>();
  let text = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const { messages, rest } = cutJson(text + chunk);
    text = rest;
    for (const message of messages) {
      const { id, method, params, result, error } = JSON.parse(message) as Record<string, unknown>;
      if (method === "echo") socket.write(JSON.stringify({ id, result: params, error: null }));
      else if (typeof id === "number") waiting.get(id)?.({ result: (result ?? []) as OvsdbResult[], error }); // RFC 7047 says so
    }
  });
  const fail = (cause?: Error): void => {
    for (const settle of waiting.values()) settle(new Error("Open vSwitch's database hung up", { cause }));
  };
  socket.on("error", fail);
  socket.on("close", () => fail());
  return {
    of: async (id, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      waiting.set(id, (answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
      const onAbort = (): void => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        if (signal.aborted) onAbort();
        return await promise;
      } finally {
        signal.removeEventListener("abort", onAbort);
        waiting.delete(id);
      }
    },
  };
}
