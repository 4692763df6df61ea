export { type Agent, type AgentOptions, startAgent } from "./agent.ts";
export { checkPath } from "./check-addresses.ts";
export { type NetworkPaths, openNetworkOf } from "./network.ts";
export { createPodOwners } from "./pods/pod-owners.ts";
export { ipv4Addresses } from "./registration/machine-facts.ts";
export { type TakeDownOptions, takeDown } from "./take-down.ts";
