import type { IncomingMessage } from "node:http";
import { Http2ServerRequest } from "node:http2";
import { TLSSocket } from "node:tls";
import type { Credentials } from "../authentication/authenticate.ts";
import { bearerToken } from "../authentication/bearer.ts";
import { type IncomingBody, streamBody } from "./body.ts";

export type Incoming = IncomingMessage | Http2ServerRequest;

/** Bodies up to this size are read before they are handed on; larger and endless ones are handed on as streams. */
const wholeBodyBytes = 4 * 1024 * 1024;

/** A request as it came, before anybody knows whose it is. */
export interface ReadRequest {
  readonly credentials: Credentials;
  /** With its body and without its credentials: what comes after knows the user and needs no secret. */
  readonly toRequest: (signal: AbortSignal) => Promise<Request>;
  /** Once it is answered: lets go by what nobody read of it. */
  readonly discardBody: () => void;
}

/** @param authority  `127.0.0.1:6443`, for clients that name none */
export function readIncoming(incoming: Incoming, authority: string): ReadRequest {
  const headers = new Headers();
  const { rawHeaders } = incoming;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? "";
    if (!name.startsWith(":")) headers.append(name, rawHeaders[i + 1] ?? "");
  }
  const host = (incoming instanceof Http2ServerRequest ? incoming.authority : headers.get("host")) ?? authority;
  const url = urlOf(incoming.url ?? "/", host, authority);
  let unread: IncomingBody | undefined;
  return {
    credentials: credentialsOf(incoming, headers),
    toRequest: async (signal) => {
      const passed = new Headers(headers);
      passed.delete("authorization");
      passed.delete("cookie");
      const method = incoming.method ?? "GET";
      const body = method === "GET" || method === "HEAD" ? undefined : await readBody(incoming, headers);
      const whole = body instanceof Uint8Array;
      if (body && !whole) unread = body;
      return new Request(url, {
        method,
        headers: passed,
        signal,
        ...(body && { body: whole ? body : body.stream, duplex: "half" }),
      });
    },
    discardBody: () => unread?.discard(),
  };
}

/** What a client shows of itself: its certificate belongs to the connection, its token to the request. */
export function credentialsOf(incoming: Incoming, headers: Headers): Credentials {
  const socket = incoming instanceof Http2ServerRequest ? incoming.stream.session?.socket : incoming.socket;
  const certificate = socket instanceof TLSSocket ? peerOf(socket) : undefined;
  const protocols = (headers.get("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
  const token = bearerToken(headers.get("authorization") ?? undefined, protocols);
  return { ...(certificate && { certificate }), ...(token !== undefined && { token }) };
}

/** A connection's certificate does not change: it is taken apart once. */
const peers = new WeakMap<TLSSocket, Credentials["certificate"] | "none">();

function peerOf(socket: TLSSocket): Credentials["certificate"] | undefined {
  let peer = peers.get(socket);
  if (peer === undefined) {
    peer = readPeer(socket);
    peers.set(socket, peer);
  }
  return peer === "none" ? undefined : peer;
}

function readPeer(socket: TLSSocket): Credentials["certificate"] | "none" {
  const certificate = socket.getPeerCertificate();
  // Node gives an empty object where the client showed nothing.
  if (!certificate?.subject) return "none";
  if (!socket.authorized) return "untrusted";
  // A name that occurs several times comes as an array, whatever the type says.
  const { CN, O = [] } = certificate.subject as { readonly CN?: string | string[]; readonly O?: string | string[] };
  const [commonName] = [CN].flat();
  return commonName === undefined ? "untrusted" : { commonName, organizations: [O].flat() };
}

/** Paths are taken as they come. A name that is none does not get into the address: it could bring a path of its own. */
function urlOf(target: string, host: string, authority: string): URL {
  const path = target.startsWith("/") ? target : `/${target}`;
  const named = /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host) ? host : authority;
  return URL.parse(`https://${named}${path}`) ?? new URL(`https://${authority}${path}`);
}

async function readBody(
  incoming: Incoming,
  headers: Headers,
): Promise<Uint8Array<ArrayBuffer> | IncomingBody | undefined> {
  const announced = headers.get("content-length");
  const length = announced === null ? undefined : Number(announced);
  if (length === 0) return undefined;
  if (length === undefined && !hasBody(incoming, headers)) return undefined;
  if (length === undefined || length > wholeBodyBytes) return streamBody(incoming);
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function hasBody(incoming: Incoming, headers: Headers): boolean {
  if (incoming instanceof Http2ServerRequest) return !incoming.stream.endAfterHeaders;
  return headers.has("transfer-encoding");
}
