import type { VirtualMachineInstanceStatus } from "@peapod/api";
import type { AgentReport } from "../types.ts";

/** What the agent says of the operating system; nothing is left of it when the agent is gone. */
export function renderGuestOs(agent: AgentReport | undefined): Pick<VirtualMachineInstanceStatus, "guestOSInfo"> {
  if (!agent?.os) return {};
  const { id, name, prettyName, version, versionId, kernelRelease, kernelVersion, machine } = agent.os;
  const known = { id, kernelRelease, kernelVersion, machine, name, prettyName, version, versionId };
  return { guestOSInfo: Object.fromEntries(Object.entries(known).filter(([, value]) => value !== "")) };
}
