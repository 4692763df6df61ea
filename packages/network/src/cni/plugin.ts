import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { ProgramError, run } from "@peapod/machinery/node";
import { CniError } from "./cni-error.ts";
import type { OwnPlugin } from "./own-plugin.ts";
import { renderResult } from "./result.ts";
import type { CniAttachment, CniCommand, CniNetwork, CniPlugin, CniResult, CniRuntime } from "./types.ts";

/** One call of one plugin. */
export interface PluginCall {
  readonly command: CniCommand;
  readonly network: CniNetwork;
  readonly plugin: CniPlugin;
  readonly attachment: CniAttachment;
  readonly prevResult?: CniResult | undefined;
}

/**
 * Runs a plugin of a chain to its end.
 *
 * @returns what it printed
 * @throws {CniError} when it is not there, refuses, fails or takes too long
 */
export async function callPlugin(call: PluginCall, runtime: CniRuntime, signal?: AbortSignal): Promise<string> {
  const { command, network, plugin, attachment } = call;
  const input = renderInput(call);
  return await invokePlugin({ command, type: plugin.type, network: network.name, attachment, input }, runtime, signal);
}

/** A plugin by its type, and what it is given: also how a main plugin of ours calls its IPAM plugin. */
export interface Invocation {
  readonly command: CniCommand;
  readonly type: string;
  readonly network: string;
  readonly attachment: CniAttachment;
  readonly input: Readonly<Record<string, unknown>>;
}

/** @throws {CniError} */
export async function invokePlugin(call: Invocation, runtime: CniRuntime, signal?: AbortSignal): Promise<string> {
  const { command, type, network, attachment, input } = call;
  const fail: Fail = (said, code) =>
    new CniError({ plugin: type, command, network, ifName: attachment.ifName, code, said });
  const own = runtime.own?.get(type);
  if (own) return await callOwn(own, call, runtime, fail, signal);
  const program = await findPlugin(type, runtime.pluginPath);
  if (!program) throw fail(`there is no such plugin in ${runtime.pluginPath.join(", ")}`);
  try {
    const { stdout } = await run([program], {
      input: JSON.stringify(input),
      env: renderEnvironment(command, attachment, runtime),
      timeoutMs: runtime.timeoutMs,
      signal,
    });
    return stdout;
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    const answer = parseError(error.stdout);
    throw fail(answer?.said ?? error.message, answer?.code);
  }
}

type Fail = (said: string, code?: number) => CniError;

/** A function of ours gets what a program would, and as much time. */
async function callOwn(
  own: OwnPlugin,
  { command, attachment, input }: Invocation,
  { timeoutMs }: CniRuntime,
  fail: Fail,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { containerId, netnsPath: netns, ifName, args } = attachment;
  const deadline = AbortSignal.timeout(timeoutMs);
  const either = signal ? AbortSignal.any([signal, deadline]) : deadline;
  // As over a pipe: the plugin gets a copy, and what it answers is text.
  const config = JSON.parse(JSON.stringify(input)) as Record<string, unknown>;
  const { status, body } = await own({ command, containerId, netns, ifName, args, config }, either);
  signal?.throwIfAborted();
  if (status === 200) return body === undefined ? "" : JSON.stringify(body);
  const answer = parseError(JSON.stringify(body));
  throw fail(answer?.said ?? "it failed and did not say why", answer?.code);
}

/** The first executable of that name; undefined where there is none. */
export async function findPlugin(type: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, type);
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

function renderInput({ network, plugin, attachment, prevResult }: PluginCall): Readonly<Record<string, unknown>> {
  const { capabilities, ...config } = plugin;
  const declared = Object.entries(attachment.capabilityArgs ?? {}).filter(([name]) => capabilities?.[name]);
  return {
    ...config,
    name: network.name,
    cniVersion: network.cniVersion,
    ...(declared.length > 0 && { runtimeConfig: Object.fromEntries(declared) }),
    ...(prevResult && { prevResult: renderResult(prevResult, network.cniVersion) }),
  };
}

function renderEnvironment(
  command: CniCommand,
  attachment: CniAttachment,
  runtime: CniRuntime,
): Readonly<Record<string, string>> {
  const args = Object.entries({ IgnoreUnknown: "1", ...attachment.args });
  return {
    CNI_COMMAND: command,
    CNI_CONTAINERID: attachment.containerId,
    CNI_NETNS: attachment.netnsPath,
    CNI_IFNAME: attachment.ifName,
    CNI_ARGS: args.map(([name, value]) => `${name}=${value}`).join(";"),
    CNI_PATH: runtime.pluginPath.join(":"),
  };
}

/** `{ cniVersion, code, msg, details }` on standard output. */
function parseError(stdout: string): { readonly code: number; readonly said: string } | undefined {
  try {
    const value: unknown = JSON.parse(stdout);
    if (typeof value !== "object" || value === null || !("code" in value) || !("msg" in value)) return undefined;
    const details = "details" in value && value.details ? `; ${String(value.details)}` : "";
    return { code: Number(value.code), said: `${String(value.msg)}${details}` };
  } catch {
    return undefined;
  }
}
