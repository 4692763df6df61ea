import { EndpointSlice, Endpoints } from "@peapod/api";
import { type Effects, isNotFound } from "@peapod/machinery";
import type { Step } from "./plan.ts";

export const endpointEffects: Effects<Step> = {
  createSlice: async ({ slice }, { client, signal }) => {
    await client.create(EndpointSlice, slice, { signal });
  },
  updateSlice: async ({ slice }, { client, signal }) => {
    await client.update(EndpointSlice, slice, { signal });
  },
  deleteSlice: async ({ slice: { metadata } }, { client, signal }) => {
    const { namespace, name = "", uid } = metadata;
    await client.delete(EndpointSlice, { namespace, name }, { uid, signal }).catch(unlessGone);
  },
  createEndpoints: async ({ endpoints }, { client, signal }) => {
    await client.create(Endpoints, endpoints, { signal });
  },
  updateEndpoints: async ({ endpoints }, { client, signal }) => {
    await client.update(Endpoints, endpoints, { signal });
  },
  deleteEndpoints: async ({ endpoints: { metadata } }, { client, signal }) => {
    const { namespace, name = "", uid } = metadata;
    await client.delete(Endpoints, { namespace, name }, { uid, signal }).catch(unlessGone);
  },
};

function unlessGone(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
