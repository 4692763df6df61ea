/** The address to listen on cannot be had. The message says so in one sentence, the advice what to do. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  readonly host: string;
  readonly port: number;
  /** One sentence, imperative. */
  readonly advice: string;

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    const place = `${host.includes(":") ? `[${host}]` : host}:${port}`;
    const { problem, advice } = explain(cause);
    super(`Cannot listen on ${place}: ${problem}`, { cause });
    this.host = host;
    this.port = port;
    this.advice = advice;
  }
}

function explain({ code, message }: NodeJS.ErrnoException): { readonly problem: string; readonly advice: string } {
  switch (code) {
    case "EADDRINUSE":
      return { problem: "another process is using it", advice: "Listen on another port, or stop that process" };
    case "EACCES":
      return { problem: "only root may", advice: "Listen on a port above 1023, or run as root" };
    case "EADDRNOTAVAIL":
      return { problem: "this machine has no such address", advice: "Listen on an address of this machine" };
    case "ENOTFOUND":
      return { problem: "there is no such name", advice: "Listen on an address of this machine" };
    default:
      return { problem: message, advice: "Listen on another address" };
  }
}
