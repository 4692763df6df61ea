import type { Node } from "@peapod/api";
import { type ClientConnect, type ClientFetch, serviceUnavailable } from "@peapod/machinery";
import { createHttpsConnect, createHttpsFetch, type HttpsFetch, type HttpsFetchOptions } from "@peapod/machinery/node";

/** Reaches agents where their Node objects say they listen, with the gateway's certificate. */
export interface NodeProxy extends Disposable {
  readonly fetch: (nodeName: string) => ClientFetch;
  readonly connect: (nodeName: string) => ClientConnect;
}

export interface NodeProxyOptions {
  readonly findNode: (name: string) => Promise<Node | undefined>;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export function createNodeProxy({ findNode, ...tls }: NodeProxyOptions): NodeProxy {
  const connections = new Map<string, HttpsFetch>();
  const reach = async (nodeName: string): Promise<HttpsFetchOptions> => {
    const node = await findNode(nodeName);
    const port = node?.status?.daemonEndpoints?.kubeletEndpoint?.Port;
    const address = node?.status?.addresses?.find(({ type }) => type === "InternalIP")?.address;
    if (!port || !address) throw serviceUnavailable(`node "${nodeName}" has no agent that could be asked`);
    // An agent's certificate is for its node's name; its address may change.
    return { server: `https://${address}:${port}`, serverName: nodeName, ...tls };
  };
  return {
    fetch: (nodeName) => async (request) => {
      const options = await reach(nodeName);
      const known = connections.get(options.server) ?? createHttpsFetch(options);
      connections.set(options.server, known);
      return known.fetch(request).catch((cause: unknown) => {
        request.signal.throwIfAborted();
        throw unreached(nodeName, cause);
      });
    },
    connect: (nodeName) => async (request) => {
      const options = await reach(nodeName);
      return createHttpsConnect(options)(request).catch((cause: unknown) => {
        request.signal.throwIfAborted();
        throw unreached(nodeName, cause);
      });
    },
    [Symbol.dispose]() {
      for (const connection of connections.values()) connection.close();
    },
  };
}

function unreached(nodeName: string, cause: unknown): Error {
  const error = serviceUnavailable(`the agent of node "${nodeName}" does not answer; it is started again by itself`);
  error.cause = cause;
  return error;
}
