import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Api, type Connection, silentLog } from "@peapod/machinery";
import { ensurePki, type Pki } from "../../pki/ensure-pki.ts";
import type { KeyPair } from "../../pki/key-pair.ts";
import { createAuthenticate } from "../authentication/authenticate.ts";
import { wholeResponse } from "../whole-response.ts";
import { type Listener, type ListenOptions, listen } from "./listen.ts";

/** Certificates for one test file. */
export async function temporaryPki(): Promise<{ readonly pki: Pki } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "peapod-listener-"));
  return {
    pki: await ensurePki(path),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

export interface GetOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array | string;
  readonly pair?: KeyPair;
  readonly agent?: https.Agent;
}

/** Listeners and plain clients of both protocols that trust one authority. The administrator's token is `s3cret`. */
export function createDriver(pki: Pki) {
  return {
    start: (
      fetch: Api["fetch"],
      options: Partial<ListenOptions> & Pick<Partial<Api>, "connect"> = {},
    ): Promise<Listener> => {
      const { connect = async () => new Response(null, { status: 404 }), ...rest } = options;
      return listen(
        { fetch, connect },
        {
          host: "127.0.0.1",
          port: 0,
          tls: { ca: pki.ca, ...pki.serving },
          authenticate: createAuthenticate({ adminToken: "s3cret" }),
          log: silentLog,
          ...rest,
        },
      );
    },

    /** One request over HTTP/1.1. */
    get: async ({ port }: Listener, path: string, options: GetOptions = {}) => {
      const { pair, body, ...rest } = options;
      const place = { host: "127.0.0.1", servername: "localhost", port, path };
      const request = https.request({ ...place, ca: pki.ca, agent: false, ...pair, ...rest });
      request.end(body);
      const [response] = await once(request, "response");
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      return { status: response.statusCode as number, headers: response.headers, bytes, text: bytes.toString() };
    },

    /** A connection that speaks HTTP/2. */
    session: async ({ port }: Listener, pair?: KeyPair): Promise<ClientHttp2Session & AsyncDisposable> => {
      const client = connectHttp2(`https://127.0.0.1:${port}`, { ca: pki.ca, ...pair });
      client.on("error", () => {});
      await once(client, "connect");
      return Object.assign(client, { [Symbol.asyncDispose]: async () => client.destroy() });
    },
  };
}

/** One request over HTTP/2. */
export async function ask(client: ClientHttp2Session, headers: Record<string, string>, body?: string) {
  const stream = client.request(headers);
  stream.end(body);
  const [answer] = await once(stream, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { status: answer[":status"] as number, headers: answer, text: Buffer.concat(chunks).toString() };
}

/** An Api that tells everybody who they are. */
export const whoAmI: Api["fetch"] = async (_request, { user }) => wholeResponse(JSON.stringify(user));

/** A connection that sends everything back. */
export function echoConnection(protocol: string): Connection {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  return { protocol, readable, writable };
}
