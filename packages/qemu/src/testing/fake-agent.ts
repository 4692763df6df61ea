import { createServer, type Socket } from "node:net";
import { LineSplitter } from "../qmp/lines.ts";
import { asRecord } from "../qmp/messages.ts";

export interface FakeAgent extends AsyncDisposable {
  readonly received: readonly string[];
  /** Hold answers back, as a stopped agent does; `false` sends all that was held. */
  hang(hangs: boolean): void;
}

/**
 * A guest agent on a real socket, as QEMU shows it: bytes in, bytes out, whoever is connected.
 *
 * @param answers  by command; one whose answer is undefined says nothing, as `guest-shutdown` does when it obeys
 */
export async function startFakeAgent(
  path: string,
  answers: { readonly [command: string]: (commandArguments: { readonly [key: string]: unknown }) => unknown },
): Promise<FakeAgent> {
  const received: string[] = [];
  const held: Buffer[] = [];
  let hanging = false;
  let client: Socket | undefined;
  const send = (bytes: Buffer): void => {
    if (hanging) held.push(bytes);
    else client?.write(bytes);
  };
  const lines = new LineSplitter();
  const server = createServer((socket) => {
    client = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      for (const line of lines.push(chunk)) {
        // The parser starts anew at 0xFF; what came before it on the line is broken.
        const at = line.lastIndexOf(0xff);
        if (at > 0) send(Buffer.from('{"error":{"class":"GenericError","desc":"JSON parse error"}}\n'));
        const text = line.subarray(at + 1).toString("utf8");
        let request: { readonly [key: string]: unknown };
        try {
          request = asRecord(JSON.parse(text));
        } catch {
          send(Buffer.from('{"error":{"class":"GenericError","desc":"JSON parse error"}}\n'));
          continue;
        }
        const command = String(request["execute"]);
        received.push(command);
        const commandArguments = asRecord(request["arguments"] ?? {});
        if (command === "guest-sync-delimited") {
          send(Buffer.from(`\xff${JSON.stringify({ return: commandArguments["id"] })}\n`, "latin1"));
          continue;
        }
        try {
          const answer = answers[command];
          if (answer === undefined) throw new Error(`The command ${command} has not been found`);
          const value = answer(commandArguments);
          if (value !== undefined) send(Buffer.from(`${JSON.stringify({ return: value })}\n`));
        } catch (error) {
          const desc = error instanceof Error ? error.message : "?";
          send(Buffer.from(`${JSON.stringify({ error: { class: "GenericError", desc } })}\n`));
        }
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    received,
    hang(hangs) {
      hanging = hangs;
      if (!hangs) for (const bytes of held.splice(0)) client?.write(bytes);
    },
    async [Symbol.asyncDispose]() {
      client?.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
