import type { UserInfo } from "@peapod/machinery";
import type { ApiServer } from "../server.ts";

export const admin: UserInfo = { username: "admin", groups: ["system:masters", "system:authenticated"] };

export interface Answer {
  readonly code: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
  readonly json: any;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: UserInfo;
}

/** Sends one request to a server in this process, as an administrator unless said otherwise. Bodies that are no text become JSON. */
export async function callServer(
  server: Pick<ApiServer, "fetch">,
  method: string,
  path: string,
  { body, type = "application/json", headers = {}, as = admin }: CallOptions = {},
): Promise<Answer> {
  const hasBody = body !== undefined;
  const request = new Request(`http://localhost${path}`, {
    method,
    headers: { "user-agent": "client/1.0", ...(hasBody && { "content-type": type }), ...headers },
    ...(hasBody && { body: bodyOf(body) }),
  });
  const response = await server.fetch(request, { user: as });
  const text = await response.text();
  return { code: response.status, headers: response.headers, text, json: parse(text) };
}

function bodyOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === "string" || body instanceof Uint8Array) return body as string | Uint8Array<ArrayBuffer>;
  return JSON.stringify(body);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
