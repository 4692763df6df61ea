import { spawn } from "node:child_process";
import { once } from "node:events";
import { frameBytes } from "./frames.ts";

/** Frames in and out of one interface of a namespace, while it is open. */
export interface Wire extends AsyncDisposable {
  /** The interface's own. */
  readonly mac: string;
  readonly send: (frames: readonly Uint8Array[]) => void;
  /** Resolves when all that was sent is on the wire; nothing can be sent after that. */
  readonly finish: () => Promise<void>;
  /** Calls back with all that was received so far, each time there is more. */
  readonly onReceived: (listener: (received: Uint8Array) => void) => void;
}

/** Keeps what was received from growing on a busy wire; an answer is found as it comes. */
const maxReceivedBytes = 1024 * 1024;

/**
 * Raises the interface, says which MAC it has, and becomes socat, which reads and writes frames of one size: longer ones that come in
 * are cut, which does not matter here.
 */
const script = `ip link set dev "$1" up && ip -o link show dev "$1" &&
exec socat -t 0.01 -b ${frameBytes} - "INTERFACE:$1"`;

/** @throws {Error} when there is no such interface, or no such namespace */
export async function openWire(netnsPath: string, ifName: string, signal: AbortSignal): Promise<Wire> {
  signal.throwIfAborted();
  const child = spawn("nsenter", [`--net=${netnsPath}`, "sh", "-c", script, "sh", ifName], { stdio: "pipe" });
  const closed = once(child, "close").catch(() => undefined);
  child.stdin.on("error", () => {}); // it may end before it has read all
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-1000);
  });
  let received: Buffer = Buffer.alloc(0);
  let listener: (received: Uint8Array) => void = () => {};
  const introduced = Promise.withResolvers<string>();
  let isIntroduced = false;
  child.stdout.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]).subarray(-maxReceivedBytes);
    if (isIntroduced) return listener(received);
    const end = received.indexOf("\n");
    if (end < 0) return;
    isIntroduced = true;
    introduced.resolve(/link\/\S+ (\S+)/.exec(received.subarray(0, end).toString())?.[1] ?? "");
    received = received.subarray(end + 1);
  });
  const close = async (): Promise<void> => {
    child.kill("SIGKILL");
    await closed;
  };
  const onAbort = (): void => introduced.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  child.once("error", (cause) => introduced.reject(cause));
  void closed.then(() => introduced.reject(new Error(`Cannot use interface "${ifName}": ${complaint.trim()}`)));
  try {
    const mac = await introduced.promise;
    return {
      mac,
      send: (frames) => child.stdin.write(Buffer.concat(frames)),
      finish: async () => {
        child.stdin.end();
        await closed;
      },
      onReceived: (wanted) => {
        listener = wanted;
        listener(received);
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
