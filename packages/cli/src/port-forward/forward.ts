import type { Connection } from "@peapod/machinery";
import type { ForwardedPort } from "./parse.ts";

/** What a forwarder of one local port needs. */
export interface Forwarding {
  readonly port: ForwardedPort;
  /** An address of this machine. */
  readonly address: string;
  /** Opens one more stream to the guest's port. */
  readonly open: () => Promise<Connection>;
  readonly log: (level: "info" | "error", message: string) => void;
  readonly signal: AbortSignal;
}

/** Lines as upstream logs them. */
export function logTo(write: (line: string) => void, now: () => Date): Forwarding["log"] {
  return (level, message) => {
    const line = { component: "portforward", level, msg: message, timestamp: now().toISOString() };
    write(`${JSON.stringify(line)}\n`);
  };
}

/** @returns the sentence that Go's programs have for an address that cannot be listened on */
export function listenFailure(protocol: string, { address, port }: Forwarding, error: NodeJS.ErrnoException): Error {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: "bind: address already in use",
    EACCES: "bind: permission denied",
    EADDRNOTAVAIL: "bind: cannot assign requested address",
  };
  return new Error(`listen ${protocol} ${address}:${port.local}: ${reasons[error.code ?? ""] ?? error.message}`);
}
