import { KubeVirt, Namespace } from "@peapod/api";
import { type Controller, parseKey } from "@peapod/machinery";
import { kubevirtKey } from "../../names.ts";
import { effects } from "./effects.ts";
import { type Facts, planKubevirt, type Step } from "./plan.ts";

export interface KubevirtControllerOptions {
  /** Of Peapod, with a leading `v`. */
  readonly version: string;
  /** What guests get whose manifest names none. */
  readonly architecture: "amd64" | "arm64";
}

/** Makes the KubeVirt object and keeps its status: what this installation is and can do. */
export function createKubevirtController(options: KubevirtControllerOptions): Controller<KubeVirt, Facts, Step> {
  return {
    name: "kubevirt",
    for: KubeVirt,
    reads: [KubeVirt, Namespace],
    writes: [
      { kind: Namespace, verbs: ["create"] },
      { kind: KubeVirt, verbs: ["create", "updateStatus"] },
    ],
    // Where there is no object yet, nothing would wake us; where its namespace goes, it comes back with it.
    wakeUps: async (wake) => wake(`${kubevirtKey.namespace}/${kubevirtKey.name}`),
    watches: [{ kind: Namespace, keys: ({ metadata }) => ourKey(metadata.name) }],
    observe: (key, { cache, now }) => ({
      key,
      kubevirt: cache.get(KubeVirt, parseKey(key)),
      hasNamespace: cache.get(Namespace, { name: kubevirtKey.namespace }) !== undefined,
      ...options,
      now,
    }),
    plan: planKubevirt,
    effects,
  };
}

function ourKey(namespace: string | undefined): readonly string[] {
  return namespace === kubevirtKey.namespace ? [`${kubevirtKey.namespace}/${kubevirtKey.name}`] : [];
}
