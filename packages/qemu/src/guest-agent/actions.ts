import { asRecord } from "../qmp/messages.ts";
import type { AgentExecuteOptions, GuestAgent } from "./connection.ts";
import { GuestAgentTimeoutError } from "./errors.ts";

/** @returns how many filesystems are frozen now. While they are, the agent refuses everything but thawing. */
export async function freezeFilesystems(agent: GuestAgent, options?: AgentExecuteOptions): Promise<number> {
  return Number(await agent.execute("guest-fsfreeze-freeze", {}, { deadlineMs: 60_000, ...options }));
}

/** @returns how many were thawed; 0 for a guest that was not frozen */
export async function thawFilesystems(agent: GuestAgent, options?: AgentExecuteOptions): Promise<number> {
  return Number(await agent.execute("guest-fsfreeze-thaw", {}, { deadlineMs: 60_000, ...options }));
}

/** Gives unused blocks back to the host. @returns trimmed bytes by mount point */
export async function trimFilesystems(
  agent: GuestAgent,
  options?: AgentExecuteOptions,
): Promise<readonly { readonly path: string; readonly trimmedBytes: number }[]> {
  const answer = asRecord(await agent.execute("guest-fstrim", {}, { deadlineMs: 60_000, ...options }));
  return (Array.isArray(answer["paths"]) ? answer["paths"] : []).map(asRecord).map((item) => ({
    path: String(item["path"]),
    trimmedBytes: Number(item["trimmed"] ?? 0),
  }));
}

/** An agent that refuses does so at once; one that obeys says nothing, by design. */
const refusalWithinMs = 1_500;

/**
 * Asks the guest to end or to start anew: watch for QEMU's `SHUTDOWN` or `RESET`.
 *
 * @throws {GuestAgentError} the agent refused, {@link GuestAgentTimeoutError} there is none that answers
 */
export async function shutDownGuest(
  agent: GuestAgent,
  mode: "powerdown" | "reboot" | "halt",
  options?: AgentExecuteOptions,
): Promise<void> {
  await agent.execute("guest-ping", {}, options);
  try {
    await agent.execute("guest-shutdown", { mode }, { ...options, deadlineMs: refusalWithinMs });
  } catch (error) {
    if (!(error instanceof GuestAgentTimeoutError)) throw error;
  }
}

/** @param password  in clear; it travels base64-coded */
export async function setUserPassword(
  agent: GuestAgent,
  user: string,
  password: string,
  options: AgentExecuteOptions & { readonly crypted?: boolean } = {},
): Promise<void> {
  const { crypted = false, ...rest } = options;
  const encoded = Buffer.from(password).toString("base64");
  await agent.execute("guest-set-user-password", { username: user, password: encoded, crypted }, rest);
}

export async function getAuthorizedKeys(
  agent: GuestAgent,
  user: string,
  options?: AgentExecuteOptions,
): Promise<readonly string[]> {
  const answer = asRecord(await agent.execute("guest-ssh-get-authorized-keys", { username: user }, options));
  return Array.isArray(answer["keys"]) ? answer["keys"].map(String) : [];
}

/** @param options.reset  true: the given keys replace all others */
export async function addAuthorizedKeys(
  agent: GuestAgent,
  user: string,
  keys: readonly string[],
  options: AgentExecuteOptions & { readonly reset?: boolean } = {},
): Promise<void> {
  const { reset = false, ...rest } = options;
  await agent.execute("guest-ssh-add-authorized-keys", { username: user, keys, reset }, rest);
}

export async function removeAuthorizedKeys(
  agent: GuestAgent,
  user: string,
  keys: readonly string[],
  options?: AgentExecuteOptions,
): Promise<void> {
  await agent.execute("guest-ssh-remove-authorized-keys", { username: user, keys }, options);
}

/** @param nanoseconds  since 1970; undefined: let the guest read its hardware clock */
export async function setTime(
  agent: GuestAgent,
  nanoseconds: bigint | undefined,
  options?: AgentExecuteOptions,
): Promise<void> {
  // JSON numbers lose the last digits of a time in nanoseconds; microseconds are what a guest's clock is good for anyway.
  await agent.execute("guest-set-time", nanoseconds === undefined ? {} : { time: Number(nanoseconds) }, options);
}

/** Takes vCPUs off line or back. @returns how many were changed */
export async function setVcpus(
  agent: GuestAgent,
  vcpus: readonly { readonly logicalId: number; readonly online: boolean }[],
  options?: AgentExecuteOptions,
): Promise<number> {
  const wire = vcpus.map((vcpu) => ({ "logical-id": vcpu.logicalId, online: vcpu.online }));
  return Number(await agent.execute("guest-set-vcpus", { vcpus: wire }, options));
}
