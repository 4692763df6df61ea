import { VirtualMachine, type VirtualMachineInstance } from "@peapod/api";
import {
  ApiError,
  type ApiExtension,
  badRequest,
  type Client,
  type Connection,
  failure,
  internalError,
  statusOf,
  statusResponse,
} from "@peapod/machinery";
import { expandSpec, parseVirtualMachine } from "./expand.ts";
import { type Agents, askAgent, connectAgent, streamProtocol } from "./guest/agent.ts";
import { refuseFor, refuseInstanceOf } from "./guest/plan.ts";
import { errorFor, getInstance, getVirtualMachine } from "./named.ts";
import { isDryRun, readOptions } from "./read-options.ts";
import { parsePort } from "./route/parse-port.ts";
import { parseRoute, type SubresourceRoute } from "./route/parse-route.ts";
import { apiResources } from "./route/subresources.ts";
import { restartVirtualMachine, startVirtualMachine, stopVirtualMachine } from "./run-state/run-state.ts";

export interface GatewayOptions extends Agents {
  /** Reads and writes as the gateway itself, whoever asks: authorisation comes before. */
  readonly client: Client;
  /** What `version` answers. */
  readonly version: {
    readonly gitVersion: string;
    readonly gitCommit: string;
    readonly goVersion: string;
    readonly platform: string;
  };
}

/**
 * "virt-api": the verbs and streams that are no objects. Mounted in the embedded API server, behind its authentication and
 * authorisation; on a cluster the same functions answer an APIService.
 */
export function createGateway(options: GatewayOptions): ApiExtension {
  return {
    group: "subresources.kubevirt.io",
    versions: ["v1", "v1alpha3"],
    resources: apiResources,
    fetch: (request) => answering(() => fetchSubresource(request, options)),
    connect: (request) => answering(() => connectSubresource(request, options)),
  };
}

async function answering<T>(work: () => Promise<T>): Promise<T | Response> {
  try {
    return await work();
  } catch (error) {
    return statusResponse(statusOf(error));
  }
}

async function fetchSubresource(request: Request, options: GatewayOptions): Promise<Response> {
  const route = parseRoute(new URL(request.url).pathname);
  switch (route.to) {
    case "version":
      return Response.json({ ...options.version, gitTreeState: "clean", buildDate: "", compiler: "node" });
    case "healthz":
      return Response.json({ apiserver: { connectivity: "ok", version: options.version.gitVersion } });
    case "guestfs":
      throw badRequest("Cannot run guestfs: this Peapod runs no containers beside its guests; use peapod image");
    case "later":
      throw badRequest(route.sentence);
    case "nowhere":
      return new Response("404 page not found\n", { status: 404, headers: { "Content-Type": "text/plain" } });
    case "expand-vm-spec":
      wants(request, "PUT");
      return Response.json(expandSpec(parseVirtualMachine(await readOptions(request), route.namespace)));
    case "subresource":
      if (route.manner === "stream")
        throw badRequest("Cannot open a stream: the client asked for no websocket upgrade");
      wants(request, route.manner === "question" ? "GET" : "PUT");
      return route.owner === "virtualmachines" ? fetchVm(request, route, options) : fetchVmi(request, route, options);
  }
}

async function fetchVm(request: Request, route: SubresourceRoute, { client }: GatewayOptions): Promise<Response> {
  const { signal } = request;
  if (route.subresource === "expand-spec") {
    return Response.json(expandSpec(await getVirtualMachine(client, route, signal)));
  }
  const { namespace, name } = route;
  const asked = { key: { namespace, name }, options: await readOptions(request), client, signal };
  if (route.subresource === "start") await startVirtualMachine(asked);
  if (route.subresource === "stop") await stopVirtualMachine(asked);
  if (route.subresource === "restart") await restartVirtualMachine(asked);
  return new Response(null, { status: 202 });
}

async function fetchVmi(request: Request, route: SubresourceRoute, options: GatewayOptions): Promise<Response> {
  const { method, signal } = request;
  const asked = route.manner === "question" ? {} : await readOptions(request);
  const vmi = await instanceFor(route, options.client, signal);
  if (isDryRun(asked)) return new Response(null, { status: 200 });
  return askAgent(options, vmi, [route.subresource], { method, signal });
}

async function connectSubresource(request: Request, options: GatewayOptions): Promise<Connection | Response> {
  const route = parseRoute(new URL(request.url).pathname);
  if (route.to === "later") throw badRequest(route.sentence);
  if (route.to !== "subresource" || route.manner !== "stream") {
    throw badRequest("Cannot upgrade the connection: this path has no stream");
  }
  const { signal } = request;
  const port = route.subresource === "portforward" ? parsePort(route.rest) : undefined;
  const vmi = await instanceFor(route, options.client, signal);
  const words = port === undefined ? [route.subresource] : [route.subresource, String(port.port), port.protocol];
  const answer = await connectAgent(options, vmi, words, signal);
  if (answer instanceof Response) return answer;
  const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((word) => word.trim());
  return { ...answer, protocol: offered.includes(streamProtocol) ? streamProtocol : "" };
}

/**
 * The instance that a route means, fit for what is asked of it.
 *
 * @throws {ApiError} NotFound, or the refusal that its state asks for
 */
async function instanceFor(
  route: SubresourceRoute,
  client: Client,
  signal: AbortSignal,
): Promise<VirtualMachineInstance> {
  const { namespace, name } = route;
  const refuse = (error: ApiError | undefined) => {
    if (error !== undefined) throw error;
  };
  const owner = route.owner === "virtualmachines" ? await getVirtualMachine(client, route, signal) : undefined;
  if (owner !== undefined) refuse(errorFor(refuseInstanceOf(owner), name));
  const vmi = await getInstance(client, route, signal);
  const isOwned = vmi.metadata.ownerReferences?.some(({ uid }) => uid === owner?.metadata.uid) ?? false;
  if (owner !== undefined && !isOwned) throw internalError(`unable to retrieve vmi [${name}] for vm`);
  const vm =
    route.subresource === "unpause" ? await client.find(VirtualMachine, { namespace, name }, { signal }) : owner;
  refuse(errorFor(refuseFor(route.subresource, { vm, vmi }), name));
  return vmi;
}

function wants(request: Request, method: "GET" | "PUT"): void {
  if (request.method === method) return;
  const message = "the server does not allow this method on the requested resource";
  throw new ApiError(failure(message, { reason: "MethodNotAllowed" }));
}
