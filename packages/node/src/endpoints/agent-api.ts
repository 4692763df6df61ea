import { ApiError, badRequest, type Connection, failure, notFound } from "@peapod/machinery";
import type { GuestControl } from "../guests/control.ts";
import { parseLogQuery } from "../streams/log-query.ts";
import type { LogSource } from "../streams/serial-log.ts";
import { guestOsInfo, listFilesystems, listUsers } from "./guest-answers.ts";
import { dialGuest } from "./port-forward.ts";

/** What the endpoints know of this node's guests. */
export interface GuestDirectory {
  /** Undefined: no guest of that name runs here. */
  find(namespace: string, vmiName: string): ReachableGuest | undefined;
  /** The console's log of a launcher pod, as long as its folder is there; undefined: no such pod here. */
  logOf(podNamespace: string, podName: string): LogSource | undefined;
}

export interface ReachableGuest {
  readonly control: GuestControl;
  /** Where a port-forward dials. */
  readonly addresses: readonly string[];
}

/** What the agent answers on its TLS port, once the listener knows who asks. Refusals are thrown as ApiErrors. */
export interface AgentApi {
  fetch(request: Request): Promise<Response>;
  connect(request: Request): Promise<Pick<Connection, "readable" | "writable">>;
}

type Verb = (control: GuestControl, signal: AbortSignal) => Promise<unknown>;

const verbs: Readonly<Record<string, Verb>> = {
  pause: (control, signal) => control.pause(signal),
  unpause: (control, signal) => control.unpause(signal),
  softreboot: (control, signal) => control.softReboot(signal),
  reset: (control, signal) => control.reset(signal),
};

const questions: Readonly<Record<string, Verb>> = {
  guestosinfo: guestOsInfo,
  userlist: listUsers,
  filesystemlist: listFilesystems,
};

export function createAgentApi(guests: GuestDirectory, now: () => Date): AgentApi {
  const findGuest = (namespace: string, name: string): ReachableGuest => {
    const guest = guests.find(namespace, name);
    if (!guest) throw notFound({ group: "kubevirt.io", plural: "virtualmachineinstances" }, name);
    return guest;
  };
  return {
    async fetch(request) {
      const url = new URL(request.url);
      if (url.pathname === "/healthz") return new Response("ok");
      const words = wordsOf(url);
      if (words[0] === "containerLogs") return containerLog(guests, words, url.searchParams, request.signal, now());
      const { namespace, name, subresource } = guestPath(words);
      const work = request.method === "PUT" ? verbs[subresource] : questions[subresource];
      if (!work) throw unknownPath();
      const answer = await work(findGuest(namespace, name).control, request.signal);
      return answer === undefined ? new Response(null, { status: 200 }) : Response.json(answer);
    },
    async connect(request) {
      const { namespace, name, subresource, rest } = guestPath(wordsOf(new URL(request.url)));
      const { control, addresses } = findGuest(namespace, name);
      if (subresource === "console") {
        if (!control.live.console) throw badRequest("No serial consoles are present.");
        return control.live.console.attach();
      }
      if (subresource === "portforward") return dialGuest(addresses, Number(rest[0]), rest[1] ?? "tcp");
      throw unknownPath();
    },
  };
}

function wordsOf(url: URL): readonly string[] {
  return url.pathname.split("/").slice(1).map(decodeURIComponent);
}

function guestPath(words: readonly string[]) {
  const [version, namespaces, namespace = "", plural, name = "", subresource = "", ...rest] = words;
  if (version !== "v1" || namespaces !== "namespaces" || plural !== "virtualmachineinstances") throw unknownPath();
  return { namespace, name, subresource, rest };
}

function unknownPath(): ApiError {
  return new ApiError(failure("the node agent has no such path", { reason: "NotFound" }));
}

/** `/containerLogs/NAMESPACE/POD/CONTAINER`: every container of a launcher pod shows the guest's console, for there is no other output. */
function containerLog(
  guests: GuestDirectory,
  [, namespace = "", pod = ""]: readonly string[],
  search: URLSearchParams,
  signal: AbortSignal,
  now: Date,
): Response {
  const log = guests.logOf(namespace, pod);
  if (!log) throw notFound({ group: "", plural: "pods" }, pod);
  const chunks = log.read(parseLogQuery(search, now), signal);
  return new Response(ReadableStream.from(chunks) as ReadableStream<Uint8Array>, {
    headers: { "content-type": "text/plain" },
  });
}
