import { SpiderCoordinator } from "@peapod/api";
import { type Controller, parseKey } from "@peapod/machinery";
import { podNetwork } from "../../host/claim/plan.ts";
import { serviceNetwork } from "../../services/service-network.ts";
import { effects } from "./effects.ts";
import { coordinatorName, type Facts, planCoordinator, type Step } from "./plan.ts";

/** Keeps the SpiderCoordinator that every coordinator of a chain asks. */
export const coordinatorController: Controller<SpiderCoordinator, Facts, Step> = {
  name: "coordinator",
  for: SpiderCoordinator,
  reads: [],
  writes: [{ kind: SpiderCoordinator, verbs: ["create", "update", "updateStatus"] }],
  async wakeUps(wake) {
    wake(coordinatorName);
  },
  observe(key, { cache }) {
    const { name } = parseKey(key);
    return { name, coordinator: cache.get(SpiderCoordinator, { name }), podNetwork, serviceNetwork };
  },
  plan: planCoordinator,
  effects,
};
