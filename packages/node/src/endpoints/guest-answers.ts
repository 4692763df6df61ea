import { conflict } from "@peapod/machinery";
import {
  type GuestAgent,
  getAgentInfo,
  getFilesystems,
  getFreezeStatus,
  getHostName,
  getOsInfo,
  getTimezone,
  getUsers,
} from "@peapod/qemu/node";
import type { GuestControl } from "../guests/control.ts";

const limits = { deadlineMs: 5_000 };

/** `VirtualMachineInstanceGuestAgentInfo` */
export async function guestOsInfo(control: GuestControl, signal: AbortSignal): Promise<unknown> {
  const agent = agentOf(control);
  const options = { ...limits, signal };
  const { version, commands } = await getAgentInfo(agent, options);
  const {
    id,
    name,
    prettyName,
    version: osVersion,
    versionId,
    kernelRelease,
    kernelVersion,
    machine,
  } = await getOsInfo(agent, options);
  const frozen = await getFreezeStatus(agent, options);
  return {
    guestAgentVersion: version,
    supportedCommands: commands,
    hostname: await getHostName(agent, options),
    os: { name, kernelRelease, version: osVersion, prettyName, versionId, kernelVersion, machine, id },
    timezone: await timezoneOf(agent, signal),
    userList: await usersOf(agent, signal),
    fsInfo: { disks: await filesystemsOf(agent, signal) },
    ...(frozen === "frozen" && { fsFreezeStatus: frozen }),
  };
}

/** `VirtualMachineInstanceGuestOSUserList` */
export async function listUsers(control: GuestControl, signal: AbortSignal): Promise<unknown> {
  return { metadata: {}, items: await usersOf(agentOf(control), signal) };
}

/** `VirtualMachineInstanceFileSystemList` */
export async function listFilesystems(control: GuestControl, signal: AbortSignal): Promise<unknown> {
  return { metadata: {}, items: await filesystemsOf(agentOf(control), signal) };
}

async function usersOf(agent: GuestAgent, signal: AbortSignal) {
  const users = await getUsers(agent, { ...limits, signal });
  return users.map(({ name, domain, loginTime }) => ({
    userName: name,
    ...(domain !== undefined && { domain }),
    loginTime,
  }));
}

async function filesystemsOf(agent: GuestAgent, signal: AbortSignal) {
  const filesystems = await getFilesystems(agent, { ...limits, signal });
  return filesystems.map(({ diskName, mountPoint, type, usedBytes, totalBytes, disks }) => ({
    diskName,
    mountPoint,
    fileSystemType: type,
    usedBytes,
    totalBytes,
    disk: disks.map(({ serial, busType }) => ({ ...(serial && { serial }), busType })),
  }));
}

/** `UTC, 0`, as upstream writes it. Not every system knows its zone. */
async function timezoneOf(agent: GuestAgent, signal: AbortSignal): Promise<string> {
  const timezone = await getTimezone(agent, { ...limits, signal }).catch(() => undefined);
  signal.throwIfAborted();
  return timezone ? `${timezone.zone}, ${timezone.offsetSeconds}` : "";
}

function agentOf({ live }: GuestControl): GuestAgent {
  const agent = live.agent?.client;
  if (agent) return agent;
  throw conflict(
    { group: "kubevirt.io", plural: "virtualmachineinstance" },
    live.domain.name.split("_").slice(1).join("_"),
    "VMI does not have guest agent connected",
  );
}
