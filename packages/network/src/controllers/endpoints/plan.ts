import { type SpiderEndpoint, spiderpoolFinalizer } from "@peapod/api";
import { isJsonEqual, type Plan } from "@peapod/machinery";

/** What is held, as an object of the API and as the allocator has it. */
export interface Facts {
  readonly endpoint: SpiderEndpoint | undefined;
  /** Undefined: nothing is held. */
  readonly wanted: SpiderEndpoint | undefined;
}

export type Step =
  | { readonly do: "createEndpoint"; readonly endpoint: SpiderEndpoint }
  | { readonly do: "updateEndpoint"; readonly endpoint: SpiderEndpoint }
  | { readonly do: "removeFinalizer"; readonly endpoint: SpiderEndpoint }
  | { readonly do: "deleteEndpoint"; readonly endpoint: SpiderEndpoint };

/** An endpoint shows what the allocator has. One that somebody deletes comes back while its addresses are held. */
export function planEndpoint({ endpoint, wanted }: Facts): Plan<Step> {
  if (!endpoint) return { steps: wanted ? [{ do: "createEndpoint", endpoint: wanted }] : [] };
  const isHeldBack = endpoint.metadata.finalizers?.includes(spiderpoolFinalizer) ?? false;
  const free: Step[] = isHeldBack ? [{ do: "removeFinalizer", endpoint }] : [];
  if (endpoint.metadata.deletionTimestamp) return { steps: free };
  if (!wanted) return { steps: [...free, { do: "deleteEndpoint", endpoint }] };
  if (isHeldBack && isJsonEqual(endpoint.status, wanted.status)) return { steps: [] };
  const finalizers = [...new Set([...(endpoint.metadata.finalizers ?? []), spiderpoolFinalizer])];
  const next = { ...endpoint, metadata: { ...endpoint.metadata, finalizers }, status: wanted.status };
  return { steps: [{ do: "updateEndpoint", endpoint: next }] };
}
