/** What the control plane asks of its own machine, without the agent. */
export { ipv4Addresses } from "./registration/machine-facts.ts";
