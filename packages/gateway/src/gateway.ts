import { VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import {
  ApiError,
  type ApiExtension,
  badRequest,
  type Client,
  type ClientConnect,
  type ClientFetch,
  conflict,
  failure,
  formatError,
  parseYaml,
  statusOf,
  statusResponse,
} from "@peapod/machinery";
import { refuseFor } from "./guest/plan.ts";
import { parseRoute, type Route } from "./route/parse-route.ts";
import { apiResources } from "./route/subresources.ts";
import { restartVirtualMachine, startVirtualMachine, stopVirtualMachine } from "./run-state/run-state.ts";

export interface GatewayOptions {
  readonly client: Client;
  /** The agent of one node, over TLS; rejects where the node is not known or not reached. */
  readonly nodeFetch: (nodeName: string) => ClientFetch | Promise<ClientFetch>;
  readonly nodeConnect: (nodeName: string) => ClientConnect | Promise<ClientConnect>;
  /** What `version` answers. */
  readonly version: {
    readonly gitVersion: string;
    readonly gitCommit: string;
    readonly goVersion: string;
    readonly platform: string;
  };
}

type SubresourceRoute = Extract<Route, { readonly to: "subresource" }>;

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
    connect: async (request) => {
      try {
        return await connectSubresource(request, options);
      } catch (error) {
        return statusResponse(statusOf(error));
      }
    },
  };
}

async function answering(work: () => Promise<Response>): Promise<Response> {
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
    case "guestfs":
      throw notServed("guestfs");
    case "healthz":
      return Response.json({ healthy: true });
    case "later":
      throw notServed(route.what);
    case "nowhere":
      throw new ApiError(failure("the server could not find the requested resource", { reason: "NotFound" }));
    case "subresource":
      return route.owner === "virtualmachines" ? fetchVm(request, route, options) : fetchVmi(request, route, options);
  }
}

async function fetchVm(request: Request, route: SubresourceRoute, { client }: GatewayOptions): Promise<Response> {
  const { signal } = request;
  if (route.subresource === "expand-spec") {
    wants(request, "GET");
    return Response.json(await client.get(VirtualMachine, route, { signal }));
  }
  if (route.subresource === "portforward") throw badRequest("Upgrade request required");
  wants(request, "PUT");
  const body = { key: route, options: await readOptions(request), client, signal };
  if (route.subresource === "start") await startVirtualMachine(body);
  if (route.subresource === "stop") await stopVirtualMachine(body);
  if (route.subresource === "restart") await restartVirtualMachine(body);
  return new Response(null, { status: 202 });
}

async function fetchVmi(request: Request, route: SubresourceRoute, options: GatewayOptions): Promise<Response> {
  if (route.subresource === "console" || route.subresource === "portforward")
    throw badRequest("Upgrade request required");
  const isQuestion = ["guestosinfo", "userlist", "filesystemlist"].includes(route.subresource);
  wants(request, isQuestion ? "GET" : "PUT");
  const vmi = await runningInstance(route, options.client, request.signal);
  const asked = isQuestion ? {} : await readOptions(request);
  if (Array.isArray(asked["dryRun"]) && asked["dryRun"].includes("All")) return new Response(null, { status: 200 });
  const ask = await options.nodeFetch(vmi.status?.nodeName ?? "");
  return ask(new Request(agentUrl(route), { method: request.method, signal: request.signal }));
}

async function connectSubresource(request: Request, options: GatewayOptions) {
  const route = parseRoute(new URL(request.url).pathname);
  if (route.to === "later") throw notServed(route.what);
  if (route.to !== "subresource" || !["console", "portforward"].includes(route.subresource)) {
    throw badRequest("this path takes no upgraded connection");
  }
  const vmi = await runningInstance(route, options.client, request.signal);
  const connect = await options.nodeConnect(vmi.status?.nodeName ?? "");
  return connect(new Request(agentUrl(route), { headers: request.headers, signal: request.signal }));
}

/** @throws {ApiError} NotFound, or the refusal that the instance's state asks for */
async function runningInstance(
  route: SubresourceRoute,
  client: Client,
  signal: AbortSignal,
): Promise<VirtualMachineInstance> {
  const vmi = await client.get(VirtualMachineInstance, route, { signal });
  const refusal = refuseFor(route.subresource, vmi);
  if (refusal?.code === 400) throw badRequest(refusal.sentence);
  if (refusal) throw conflict({ group: "kubevirt.io", plural: "virtualmachineinstance" }, route.name, refusal.sentence);
  return vmi;
}

/** The agent knows instances only: a VirtualMachine's has its name. The host is replaced by whoever reaches the node. */
function agentUrl({ namespace, name, subresource, rest }: SubresourceRoute): string {
  const words = ["v1", "namespaces", namespace, "virtualmachineinstances", name, subresource, ...rest];
  return `https://node/${words.map(encodeURIComponent).join("/")}`;
}

function wants(request: Request, method: "GET" | "PUT"): void {
  if (request.method === method) return;
  throw new ApiError(
    failure("the server does not allow this method on the requested resource", { reason: "MethodNotAllowed" }),
  );
}

/** JSON or YAML; nothing at all means defaults, as upstream reads it. */
async function readOptions(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const text = await request.text();
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    throw badRequest(`Can not unmarshal Request body to struct, error: ${formatError(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badRequest("Can not unmarshal Request body to struct, error: it is no object");
  }
  return value as Readonly<Record<string, unknown>>; // checked just above
}

function notServed(what: string): ApiError {
  const message = `${what} is not served by this version of Peapod; docs/kinds/virtual-machine.md lists what is`;
  return new ApiError(failure(message, { code: 501 }));
}
