import { NetworkAttachmentDefinition } from "@peapod/api";
import { type Effects, isAlreadyExists } from "@peapod/machinery";
import type { Step } from "./plan.ts";

export const effects: Effects<Step> = {
  async createNad({ nad }, { client, signal }) {
    await client.create(NetworkAttachmentDefinition, nad, { signal }).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
  },
  async updateNad({ nad }, { client, signal }) {
    await client.update(NetworkAttachmentDefinition, nad, { signal });
  },
  async refuse({ config, message }, { events }) {
    events.record(config, { type: "Warning", reason: "FailedCreate", message });
  },
};
