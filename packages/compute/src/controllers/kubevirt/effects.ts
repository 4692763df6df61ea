import { KubeVirt, Namespace } from "@peapod/api";
import { type Effects, isAlreadyExists } from "@peapod/machinery";
import type { Step } from "./plan.ts";

export const effects: Effects<Step> = {
  createNamespace: async ({ name }, { client, signal }) => {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
    await client.create(Namespace, namespace, { signal }).catch(ignoreExisting);
  },

  createKubevirt: async ({ kubevirt }, { client, signal }) => {
    await client.create(KubeVirt, kubevirt, { signal }).catch(ignoreExisting);
  },

  writeStatus: async ({ kubevirt, status }, { client, signal }) => {
    await client.updateStatus(KubeVirt, { ...kubevirt, status }, { signal });
  },
};

function ignoreExisting(error: unknown): void {
  if (!isAlreadyExists(error)) throw error;
}
