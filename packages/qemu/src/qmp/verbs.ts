import type { Qmp, QmpExecuteOptions } from "./connection.ts";
import { QmpError } from "./errors.ts";
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

/**
 * Tells whoever listens at the other end of a NIC which MAC it has, five times within half a second: by frames that QEMU makes itself,
 * whether the guest has something to say or not.
 *
 * @param deviceId `nicDeviceId(name)`
 */
export async function announce(qmp: Qmp, deviceId: string, options?: QmpExecuteOptions): Promise<void> {
  const rhythm = { initial: 50, max: 200, rounds: 5, step: 50 };
  await qmp.execute("announce-self", { ...rhythm, interfaces: [deviceId], id: deviceId }, options);
}

/**
 * Takes away what a NIC is plugged into. The NIC stays, its cable out; one that is not there counts as taken away.
 *
 * @param backendId `nicBackendId(name)`
 */
export async function removeBackend(qmp: Qmp, backendId: string, options?: QmpExecuteOptions): Promise<void> {
  await qmp.execute("netdev_del", { id: backendId }, options).catch((error: unknown) => {
    if (!(error instanceof QmpError) || error.errorClass !== "DeviceNotFound") throw error;
  });
}

/**
 * Names of the virtio features that a guest's driver has taken: `VIRTIO_NET_F_MRG_RXBUF`.
 *
 * @param deviceId  of a virtio device on PCI
 */
export async function queryVirtioFeatures(
  qmp: Qmp,
  deviceId: string,
  options?: QmpExecuteOptions,
): Promise<ReadonlySet<string>> {
  const path = `/machine/peripheral/${deviceId}/virtio-backend`;
  const { "guest-features": taken } = asRecord(await qmp.execute("x-query-virtio-status", { path }, options));
  const { transports = [], "dev-features": own = [] } = asRecord(taken);
  // Each is `NAME: what it means`, by QEMU's schema.
  return new Set(
    [transports, own].flatMap((list) => (list as readonly string[]).map((line) => line.split(":")[0] ?? "")),
  );
}
