import { chmod, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createConnection } from "node:net";
import type { OwnPlugin, OwnPluginAnswer, OwnPluginCall } from "../cni/own-plugin.ts";

const maxConfigBytes = 1024 * 1024;

/** Beside the plugins' paths the agent may answer others on the same socket. */
export type SocketHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Listens on the agent's socket for calls of our CNI plugins (`POST /cni/<plugin>`). A socket that a dead agent left is replaced; one
 * that answers is somebody's.
 *
 * @param options.otherwise  answers every other path; default 404
 * @throws {Error} when another process answers on that socket
 */
export async function serveAgentSocket(
  socketPath: string,
  plugins: ReadonlyMap<string, OwnPlugin>,
  options: { readonly otherwise?: SocketHandler | undefined } = {},
): Promise<AsyncDisposable> {
  if (await isAnswering(socketPath)) throw new Error(`Cannot listen on "${socketPath}": another agent does`);
  await rm(socketPath, { force: true });
  const server = createServer((request, response) => {
    const name = request.method === "POST" ? /^\/cni\/([^/?]+)$/.exec(request.url ?? "")?.[1] : undefined;
    const plugin = plugins.get(name ?? "");
    if (!plugin) {
      if (options.otherwise) options.otherwise(request, response);
      else send(response, 404, undefined);
      return;
    }
    const gone = new AbortController();
    response.once("close", () => {
      if (!response.writableFinished) gone.abort();
    });
    answerRequest(request, plugin, gone.signal).then(
      ({ status, body }) => send(response, status, body),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socketPath, resolve);
  });
  await chmod(socketPath, 0o600);
  return {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve)); // removes the socket
    },
  };
}

async function answerRequest(
  request: IncomingMessage,
  plugin: OwnPlugin,
  signal: AbortSignal,
): Promise<OwnPluginAnswer> {
  const refuse = (msg: string): OwnPluginAnswer => ({ status: 400, body: { cniVersion: "1.0.0", code: 6, msg } });
  const text = await readBody(request);
  if (text === undefined) return refuse(`the network configuration is larger than ${maxConfigBytes} bytes`);
  const config = parseConfig(text);
  if (!config) return refuse("the network configuration is not a JSON object");
  return await plugin(readCall(request, config), signal);
}

function readCall({ headers }: IncomingMessage, config: Record<string, unknown>): OwnPluginCall {
  const header = (name: string): string => String(headers[`cni-${name}`] ?? "");
  return {
    command: header("command"),
    containerId: header("containerid"),
    netns: header("netns"),
    ifName: header("ifname"),
    args: parseArgs(header("args")),
    config,
  };
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maxConfigBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseConfig(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = text.trim() === "" ? {} : JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** `K8S_POD_NAME=p;IgnoreUnknown=1` */
function parseArgs(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(";").filter((pair) => pair.includes("="));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    connection: "close",
  });
  response.end(text);
}

function isAnswering(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
