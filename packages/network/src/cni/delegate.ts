import { CniError } from "./cni-error.ts";
import { PluginError, type PluginRequest, pluginCodes } from "./define-plugin.ts";
import { ipamSection } from "./ipam-section.ts";
import { invokePlugin } from "./plugin.ts";
import { emptyResult, parseResult } from "./result.ts";
import type { CniResult, CniRuntime } from "./types.ts";

/**
 * Hands a call to the IPAM plugin that the configuration names, with the same input, as the specification wants it.
 *
 * @returns what it gave; nothing where the network has no IPAM
 * @throws {PluginError} with the other's code and words
 */
export async function delegateToIpam(
  request: PluginRequest,
  runtime: CniRuntime,
  signal: AbortSignal,
): Promise<CniResult> {
  const type = ipamTypeOf(request.config);
  if (type === undefined) return emptyResult;
  const { containerId, ifName, netns: netnsPath, args } = request;
  const attachment = { containerId, ifName, netnsPath, args };
  const command = request.command as "ADD" | "DEL" | "CHECK"; // those are what plugins delegate
  const call = { command, type, network: request.network, attachment, input: request.config };
  try {
    return parseResult(await invokePlugin(call, runtime, signal));
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    throw new PluginError(error.code ?? pluginCodes.failed, error.said);
  }
}

function ipamTypeOf(config: PluginRequest["config"]): string | undefined {
  const { type } = ipamSection(config);
  return typeof type === "string" && type !== "" ? type : undefined;
}
