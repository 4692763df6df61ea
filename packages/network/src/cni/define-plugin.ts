import type { OwnPlugin, OwnPluginAnswer, OwnPluginCall } from "./own-plugin.ts";
import { parseResult, renderResult } from "./result.ts";
import { spokenVersions } from "./spoken-versions.ts";
import type { CniResult } from "./types.ts";

/** A plugin's refusal with one of the specification's codes, or one of its own (100 and up). */
export class PluginError extends Error {
  override readonly name = "PluginError";
  readonly code: number;
  constructor(code: number, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Codes of the specification that our plugins use. */
export const pluginCodes = { invalidConfig: 7, tryAgain: 11, notAvailable: 50, failed: 100, missing: 101 } as const;

/** One call about one attachment, read. */
export interface PluginRequest extends OwnPluginCall {
  /** The network's name. */
  readonly network: string;
  readonly cniVersion: string;
  readonly prevResult: CniResult | undefined;
}

/** What a plugin does; every part may be repeated. */
export interface PluginWork {
  readonly add: (request: PluginRequest, signal: AbortSignal) => Promise<CniResult>;
  /** Nothing to undo counts as done. */
  readonly del: (request: PluginRequest, signal: AbortSignal) => Promise<void>;
  readonly check: (request: PluginRequest, signal: AbortSignal) => Promise<void>;
  /** Takes away what belongs to no valid attachment of the network. */
  readonly gc: (request: PluginRequest, valid: readonly ValidAttachment[], signal: AbortSignal) => Promise<void>;
  /** Throws what keeps it from attaching pods at the moment. */
  readonly status: (request: PluginRequest, signal: AbortSignal) => Promise<void>;
}

export interface ValidAttachment {
  readonly containerId: string;
  readonly ifName: string;
}

/** Speaks CNI around a plugin's work: versions, results as the caller's version has them, errors as objects. */
export function definePlugin(work: PluginWork): OwnPlugin {
  return async (call, signal = new AbortController().signal) => {
    const { cniVersion = "0.3.1", name } = call.config;
    const refuse = (code: number, msg: string): OwnPluginAnswer => ({ status: 400, body: { cniVersion, code, msg } });
    if (call.command === "VERSION")
      return { status: 200, body: { cniVersion: "1.1.0", supportedVersions: spokenVersions } };
    if (typeof cniVersion !== "string" || !spokenVersions.includes(cniVersion)) {
      return refuse(1, `cniVersion ${JSON.stringify(cniVersion)} is not spoken here`);
    }
    const isAboutOne = ["ADD", "DEL", "CHECK"].includes(call.command);
    if (isAboutOne && (!call.containerId || !call.ifName))
      return refuse(4, "CNI_CONTAINERID and CNI_IFNAME must be set");
    try {
      const body = await carryOut(work, readRequest(call, cniVersion, String(name ?? "")), signal);
      return { status: 200, body: body && renderResult(body, cniVersion) };
    } catch (error) {
      const code = error instanceof PluginError ? error.code : pluginCodes.failed;
      const msg = signal.aborted ? "it took too long" : explain(error);
      return { status: 500, body: { cniVersion, code, msg } };
    }
  };
}

async function carryOut(work: PluginWork, request: PluginRequest, signal: AbortSignal): Promise<CniResult | undefined> {
  switch (request.command) {
    case "ADD":
      return await work.add(request, signal);
    case "DEL":
      await work.del(request, signal);
      return undefined;
    case "CHECK":
      await work.check(request, signal);
      return undefined;
    case "GC":
      await work.gc(request, validAttachments(request.config), signal);
      return undefined;
    case "STATUS":
      await work.status(request, signal);
      return undefined;
    default:
      throw new PluginError(4, `unknown CNI_COMMAND: ${request.command}`);
  }
}

function readRequest(call: OwnPluginCall, cniVersion: string, network: string): PluginRequest {
  const { prevResult } = call.config;
  return {
    ...call,
    network,
    cniVersion,
    prevResult: prevResult === undefined ? undefined : parseResult(JSON.stringify(prevResult)),
  };
}

/** The specification's key, and the one that its own library sends beside it. */
function validAttachments(config: OwnPluginCall["config"]): readonly ValidAttachment[] {
  const listed = config["cni.dev/valid-attachments"] ?? config["cni.dev/attachments"];
  if (!Array.isArray(listed)) throw new PluginError(pluginCodes.invalidConfig, "GC names no valid attachments");
  return listed.map((item: { containerID?: unknown; ifname?: unknown }) => ({
    containerId: String(item?.containerID ?? ""),
    ifName: String(item?.ifname ?? ""),
  }));
}

/** The message with those of its causes: a plugin's caller sees nothing else. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`;
}
