import type { VirtualMachineInstance } from "@peapod/api";
import {
  ApiError,
  badRequest,
  type ClientConnect,
  type ClientFetch,
  formatError,
  internalError,
} from "@peapod/machinery";

/** How the agents of nodes are reached: over TLS, by the name of the node. */
export interface Agents {
  readonly nodeFetch: (nodeName: string) => ClientFetch | Promise<ClientFetch>;
  readonly nodeConnect: (nodeName: string) => ClientConnect | Promise<ClientConnect>;
}

/**
 * Gives an order to the instance's node, or asks it something, and hands its answer on.
 *
 * @param words  the path below the instance, for example `["guestosinfo"]`
 * @throws {ApiError} what the way to the agent says, or else InternalError, when it cannot be reached
 */
export async function askAgent(
  agents: Agents,
  vmi: VirtualMachineInstance,
  words: readonly string[],
  options: { readonly method: string; readonly signal: AbortSignal; readonly body?: string },
): Promise<Response> {
  const node = nodeOf(vmi);
  try {
    const fetch = await agents.nodeFetch(node);
    const headers = { Accept: "application/json", ...(options.body && { "Content-Type": "application/json" }) };
    return await fetch(new Request(agentUrl(vmi, words), { ...options, headers }));
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof ApiError) throw error;
    throw internalError(`cannot reach the agent of node "${node}": ${formatError(error)}`);
  }
}

/**
 * Opens a stream to the guest through its node's agent. Only the subprotocol is passed on: who asks is the gateway's business.
 *
 * @throws {ApiError} what the way to the agent says, or else InternalError, when it cannot be reached
 */
export async function connectAgent(
  agents: Agents,
  vmi: VirtualMachineInstance,
  words: readonly string[],
  signal: AbortSignal,
) {
  const node = nodeOf(vmi);
  try {
    const connect = await agents.nodeConnect(node);
    const headers = { "Sec-WebSocket-Protocol": streamProtocol };
    return await connect(new Request(agentUrl(vmi, words), { headers, signal }));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApiError) throw error;
    throw internalError(`dialing virt-handler: ${formatError(error)}`);
  }
}

/** Raw bytes in binary messages, without any framing. */
export const streamProtocol = "plain.kubevirt.io";

function nodeOf(vmi: VirtualMachineInstance): string {
  const node = vmi.status?.nodeName;
  if (!node) throw badRequest(`VMI is not on any node yet: its phase is ${vmi.status?.phase || "unset"}`);
  return node;
}

/** The host is replaced by whoever reaches the node. */
function agentUrl({ metadata }: VirtualMachineInstance, words: readonly string[]): string {
  const { namespace = "", name = "" } = metadata;
  const path = ["v1", "namespaces", namespace, "virtualmachineinstances", name, ...words];
  return `https://node/${path.map(encodeURIComponent).join("/")}`;
}
