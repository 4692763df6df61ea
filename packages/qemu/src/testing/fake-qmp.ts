import { createServer, type Socket } from "node:net";
import { LineSplitter } from "../qmp/lines.ts";
import { asRecord } from "../qmp/messages.ts";

export interface FakeQmp extends AsyncDisposable {
  /** Every command received, in order. */
  readonly received: readonly { readonly command: string; readonly arguments: { readonly [key: string]: unknown } }[];
  emit(event: string, data?: { readonly [key: string]: unknown }): void;
  /** Ends the connection of whoever is served, as a QEMU that dies does. */
  drop(): void;
}

/** Answers a command: a value, a thrown Error for a refusal, or undefined for no answer at all. */
export type FakeAnswer = (commandArguments: { readonly [key: string]: unknown }) => unknown;

/** A QMP monitor on a real socket that serves one client at a time, as QEMU does. */
export async function startFakeQmp(
  path: string,
  answers: { readonly [command: string]: FakeAnswer } = {},
): Promise<FakeQmp> {
  const received: { command: string; arguments: { readonly [key: string]: unknown } }[] = [];
  const waiting: Socket[] = [];
  let served: Socket | undefined;
  const serve = (socket: Socket): void => {
    served = socket;
    const lines = new LineSplitter();
    const send = (message: unknown): void => void socket.write(`${JSON.stringify(message)}\r\n`);
    socket.on("data", (chunk: Buffer) => {
      for (const line of lines.push(chunk)) {
        const request = asRecord(JSON.parse(line.toString("utf8")));
        const command = String(request["execute"] ?? request["exec-oob"]);
        const commandArguments = asRecord(request["arguments"] ?? {});
        received.push({ command, arguments: commandArguments });
        const answer = answers[command] ?? (command === "qmp_capabilities" ? () => ({}) : undefined);
        try {
          if (answer === undefined) throw new Error(`The command ${command} has not been found`);
          const value = answer(commandArguments);
          if (value !== undefined) send({ return: value, id: request["id"] });
        } catch (error) {
          send({
            error: { class: "GenericError", desc: error instanceof Error ? error.message : "?" },
            id: request["id"],
          });
        }
      }
    });
    send({
      QMP: { version: { qemu: { major: 7, minor: 2, micro: 22 }, package: "fake" }, capabilities: ["oob"] },
    });
  };
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("close", () => {
      if (served !== socket) return;
      served = undefined;
      const next = waiting.shift();
      if (next) serve(next);
    });
    if (served) waiting.push(socket);
    else serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    received,
    emit(event, data = {}) {
      served?.write(
        `${JSON.stringify({ event, data, timestamp: { seconds: 1_700_000_000, microseconds: 250_000 } })}\r\n`,
      );
    },
    drop() {
      served?.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of [served, ...waiting]) socket?.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
