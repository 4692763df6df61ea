/** The half that runs once for a cluster, beside the API: what is decided from objects alone, without the node's half. */
export { coordinatorController } from "./controllers/coordinator/index.ts";
export { multusConfigController } from "./controllers/multus-config/index.ts";
export { renderSettings } from "./ipam/settings/parse-settings.ts";
export { renderDefaultNetwork } from "./render/default-network.ts";
export { serviceNetwork } from "./services/service-network.ts";
