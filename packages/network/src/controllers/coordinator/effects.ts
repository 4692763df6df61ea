import { SpiderCoordinator } from "@peapod/api";
import { type Effects, isAlreadyExists } from "@peapod/machinery";
import type { Step } from "./plan.ts";

export const effects: Effects<Step> = {
  async create({ coordinator }, { client, signal }) {
    await client.create(SpiderCoordinator, coordinator, { signal }).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
  },
  async writeStatus({ coordinator }, { client, signal }) {
    await client.updateStatus(SpiderCoordinator, coordinator, { signal });
  },
  async letGo({ coordinator }, { client, signal }) {
    await client.update(SpiderCoordinator, coordinator, { signal });
  },
};
