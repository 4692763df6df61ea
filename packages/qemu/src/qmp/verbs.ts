import type { Qmp, QmpExecuteOptions } from "./connection.ts";
import { asRecord } from "./messages.ts";

/** QEMU's `RunState`, the ones a guest of ours can be in. */
export type RunState =
  | "prelaunch"
  | "running"
  | "paused"
  | "shutdown"
  | "guest-panicked"
  | "io-error"
  | "internal-error"
  | "watchdog"
  | "inmigrate"
  | "postmigrate"
  | "finish-migrate"
  | "save-vm"
  | "restore-vm"
  | "suspended"
  | "colo"
  | "debug";

export async function queryStatus(qmp: Qmp, options?: QmpExecuteOptions): Promise<RunState> {
  // QEMU's own schema lists these words.
  return String(asRecord(await qmp.execute("query-status", {}, options))["status"]) as RunState;
}

export async function queryUuid(qmp: Qmp, options?: QmpExecuteOptions): Promise<string> {
  return String(asRecord(await qmp.execute("query-uuid", {}, options))["UUID"]);
}

/** The machine type in full: `pc-q35-7.2` for a guest started as `q35`. */
export async function queryMachineType(qmp: Qmp, options?: QmpExecuteOptions): Promise<string> {
  const type = await qmp.execute("qom-get", { path: "/machine", property: "type" }, options);
  return String(type).replace(/-machine$/, "");
}

/** Lets the vCPUs run. */
export async function resume(qmp: Qmp, options?: QmpExecuteOptions): Promise<void> {
  await qmp.execute("cont", {}, options);
}

/** Stops the vCPUs; the guest does not notice, its clock does. */
export async function pause(qmp: Qmp, options?: QmpExecuteOptions): Promise<void> {
  await qmp.execute("stop", {}, options);
}

/** The reset button. One press makes several `RESET` events: do not count them. */
export async function reset(qmp: Qmp, options?: QmpExecuteOptions): Promise<void> {
  await qmp.execute("system_reset", {}, options);
}

/** The power button, once. A guest that still boots does not hear it: see `powerDown`. */
export async function pressPowerButton(qmp: Qmp, options?: QmpExecuteOptions): Promise<void> {
  await qmp.execute("system_powerdown", {}, options);
}

/** Ends QEMU without asking the guest; the images are closed properly. */
export async function quit(qmp: Qmp, options?: QmpExecuteOptions): Promise<void> {
  await qmp.execute("quit", {}, options);
}

/** Plugs the cable of a NIC in or pulls it out. @param deviceId `nicDeviceId(name)` */
export async function setLink(qmp: Qmp, deviceId: string, up: boolean, options?: QmpExecuteOptions): Promise<void> {
  await qmp.execute("set_link", { name: deviceId, up }, options);
}
