import { createSecureServer, type Http2SecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import type { Api, Log } from "@peapod/machinery";
import type { Authenticate } from "../authentication/authenticate.ts";
import { ListenError } from "./listen-error.ts";
import { Service } from "./service.ts";

/** PEM texts. Clients that show a certificate of `ca` are known by it. */
export interface ListenerTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one */
  readonly port: number;
  readonly tls: ListenerTls;
  readonly authenticate: Authenticate;
  readonly log: Log;
}

export interface Listener extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  /** Serves new connections with renewed certificates. */
  readonly update: (tls: ListenerTls) => void;
  /** Takes no more requests, ends watches and websockets, lets running requests finish for a while, then ends those too. */
  readonly close: (options?: { readonly graceMs?: number }) => Promise<void>;
}

/**
 * Serves an Api over TLS on one port: HTTP/2 and HTTP/1.1 as the client likes, websockets by upgrade. Everything that is needed to
 * know a client happens here; the Api is told who it is.
 *
 * @throws {ListenError} when the address cannot be had
 */
export async function listen(api: Api, options: ListenOptions): Promise<Listener> {
  const server = createSecureServer({
    ...tlsOptions(options.tls),
    allowHTTP1: true,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
    // A client with a thousand watches is a busy one, not a hostile one; Node's default is 10 MB a connection.
    settings: { maxConcurrentStreams: 1000 },
    maxSessionMemory: 256,
  });
  const service = new Service(api, options, server);
  await bind(server, options);
  service.authority = authorityOf(server, options.host);
  const { port } = server.address() as AddressInfo;
  const close: Listener["close"] = (closing) => service.close(closing?.graceMs);
  return {
    host: options.host,
    port,
    url: `https://${service.authority}`,
    update: (tls) => server.setSecureContext(tlsOptions(tls)),
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

function tlsOptions({ ca, cert, key }: ListenerTls) {
  return { ca, cert, key };
}

async function bind(server: Http2SecureServer, { host, port }: ListenOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(new ListenError(host, port, cause)));
    server.listen({ host, port }, resolve);
  });
  server.removeAllListeners("error");
}

/** Where clients on this machine reach it: listening everywhere is no address. */
function authorityOf(server: Http2SecureServer, host: string): string {
  const { port } = server.address() as AddressInfo; // no pipe: it was bound to a host and a port
  const reached = host === "0.0.0.0" || host === "" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `${reached.includes(":") ? `[${reached}]` : reached}:${port}`;
}
