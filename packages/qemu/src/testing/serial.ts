import { connect } from "node:net";

export interface Serial extends AsyncDisposable {
  /** All that was received so far. */
  readonly text: string;
  /** Resolves when the pattern appears in what was received. */
  waitFor(pattern: RegExp): Promise<void>;
  send(text: string): void;
}

/** A client of a guest's serial socket, for tests. */
export async function connectSerial(path: string): Promise<Serial> {
  const socket = connect({ path });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  let text = "";
  let wake: (() => void) | undefined;
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    wake?.();
  });
  socket.on("close", () => wake?.());
  return {
    get text() {
      return text;
    },
    async waitFor(pattern) {
      while (!pattern.test(text)) {
        if (socket.closed) throw new Error(`The serial line ended before ${pattern}: ${text}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    send(line) {
      socket.write(line);
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}
