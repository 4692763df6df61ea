/** One call of one of our own CNI plugins: from the chain that the agent runs, or from somebody else's through the agent's socket. */
export interface OwnPluginCall {
  readonly command: string;
  readonly containerId: string;
  readonly netns: string;
  readonly ifName: string;
  /** CNI_ARGS, parsed. */
  readonly args: Readonly<Record<string, string>>;
  /** Standard input: the plugin's configuration, with `name`, `cniVersion`, `prevResult` and `runtimeConfig`. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** 200: what a plugin prints (undefined: nothing); else the specification's error object. */
export type OwnPluginAnswer =
  | { readonly status: 200; readonly body: unknown }
  | { readonly status: 400 | 500; readonly body: unknown };

/** A plugin that is a function of the agent. Never throws: what goes wrong is an answer. */
export type OwnPlugin = (call: OwnPluginCall, signal?: AbortSignal) => Promise<OwnPluginAnswer>;
