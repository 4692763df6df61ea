import type { Pod } from "@peapod/api";
import { badRequest, formatError, internalError, readError, serviceUnavailable } from "@peapod/machinery";
import type { Call } from "../engine/call.ts";
import { findEntry } from "../engine/read.ts";

/** Parameters of a log request that the agent understands too. */
const passedOn = ["follow", "previous", "sinceSeconds", "sinceTime", "timestamps", "tailLines", "limitBytes"];

/** GET pods/NAME/log: the agent of the pod's node has it; its answer is passed through as it comes. */
export async function readPodLog(call: Call): Promise<Response> {
  const { engine, query, request } = call;
  const pod = findEntry(call).parse() as unknown as Pod;
  const container = chooseContainer(pod, query.get("container") ?? "");
  const nodeName = pod.spec?.nodeName ?? "";
  if (nodeName === "") return new Response("", { headers: { "content-type": "text/plain" } });
  if (!engine.nodeProxy) throw serviceUnavailable(`the agent of node "${nodeName}" cannot be reached from here`);
  const { namespace = "", name = "" } = pod.metadata;
  const url = new URL(`https://${nodeName}/containerLogs/${namespace}/${name}/${container}`);
  for (const parameter of passedOn) {
    const value = query.get(parameter);
    if (value !== null) url.searchParams.set(parameter, value);
  }
  let answer: Response;
  try {
    answer = await engine.nodeProxy.fetch(nodeName)(new Request(url, { signal: request.signal }));
  } catch (error) {
    throw internalError(
      `cannot reach the agent of node "${nodeName}" for the log of ${namespace}/${name}: ${formatError(error)}`,
    );
  }
  if (!answer.ok) throw await readError(answer);
  return new Response(answer.body, {
    status: 200,
    headers: { "content-type": "text/plain", "cache-control": "no-cache, private" },
  });
}

function chooseContainer({ spec, metadata }: Pod, wanted: string): string {
  const containers = (spec?.containers ?? []).map(({ name }) => name);
  const others = [...(spec?.initContainers ?? []), ...(spec?.ephemeralContainers ?? [])].map(({ name }) => name);
  if (wanted === "") {
    const [only, ...more] = containers;
    const usual = metadata.annotations?.["kubectl.kubernetes.io/default-container"];
    if (usual !== undefined && containers.includes(usual)) return usual;
    if (only !== undefined && more.length === 0) return only;
    throw badRequest(
      `a container name must be specified for pod ${metadata.name}, choose one of: [${containers.join(" ")}]`,
    );
  }
  if (containers.includes(wanted) || others.includes(wanted)) return wanted;
  throw badRequest(`container ${wanted} is not valid for pod ${metadata.name}`);
}
