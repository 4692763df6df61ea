import { SpiderEndpoint, spiderpoolFinalizer } from "@peapod/api";
import { type Effects, isNotFound } from "@peapod/machinery";
import type { Step } from "./plan.ts";

export const endpointEffects: Effects<Step> = {
  async createEndpoint({ endpoint }, { client, signal }) {
    try {
      await client.create(SpiderEndpoint, endpoint, { signal });
    } catch (error) {
      // Its namespace is gone, and so will be those who hold something there.
      if (!isNotFound(error)) throw error;
    }
  },
  async updateEndpoint({ endpoint }, { client, signal }) {
    await client.update(SpiderEndpoint, endpoint, { signal });
  },
  async removeFinalizer({ endpoint }, { client, signal }) {
    const finalizers = endpoint.metadata.finalizers?.filter((one) => one !== spiderpoolFinalizer);
    await client.update(SpiderEndpoint, { ...endpoint, metadata: { ...endpoint.metadata, finalizers } }, { signal });
  },
  async deleteEndpoint({ endpoint }, { client, signal }) {
    const { namespace, name = "", uid } = endpoint.metadata;
    await client.delete(SpiderEndpoint, { namespace, name }, { uid, signal });
  },
};
