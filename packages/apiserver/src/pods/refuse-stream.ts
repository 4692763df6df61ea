import { ApiError, failure } from "@peapod/machinery";
import type { Call } from "../engine/call.ts";

const ways: Readonly<Record<string, string>> = {
  exec: "open its console or log in instead: virtctl console NAME, virtctl ssh USER@NAME",
  attach: "open its console instead: virtctl console NAME",
  portforward: "forward ports of the machine instead: virtctl port-forward NAME PORT",
};

/**
 * POST or GET pods/NAME/exec, attach, portforward: a launcher pod holds a guest, and no container that a program could be started in.
 *
 * @throws {ApiError} 405, with the way that leads into a guest
 */
export function refuseStream({ info }: Call): never {
  const { name = "", subresource = "" } = info;
  const sentence = `pods "${name}" is a virtual machine and has no containers to enter: ${ways[subresource]}`;
  throw new ApiError(failure(sentence, { reason: "MethodNotAllowed", details: { name, kind: "pods" } }));
}
