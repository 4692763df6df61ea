import type { Devices, Input, VirtualMachineInstanceSpec } from "@peapod/api";
import type { Domain } from "@peapod/qemu";
import type { NodeFacts } from "./facts.ts";

export type SmallDevices = Pick<
  Domain,
  "serial" | "guestAgent" | "rng" | "balloon" | "graphics" | "inputs" | "panicDevice" | "watchdog"
>;

interface Surroundings {
  readonly architecture: NodeFacts["architecture"];
  readonly runDir: string;
  readonly freePageReporting: boolean;
}

/** Everything but disks and NICs. The guest agent's port is always there: it costs nothing while nobody listens in the guest. */
export function renderDevices(spec: VirtualMachineInstanceSpec, around: Surroundings): SmallDevices {
  const { devices, firmware } = spec.domain;
  const inputs = renderInputs(devices);
  const panicDevice = renderPanicDevice(devices);
  const watchdog = renderWatchdog(devices);
  return {
    ...(devices.autoattachSerialConsole !== false && { serial: { socketPath: `${around.runDir}/serial.sock` } }),
    guestAgent: { socketPath: `${around.runDir}/qga.sock` },
    rng: devices.rng !== undefined,
    ...(devices.autoattachMemBalloon !== false && { balloon: { freePageReporting: around.freePageReporting } }),
    ...(devices.autoattachGraphicsDevice !== false && {
      graphics: {
        video: videoType(devices, around.architecture, firmware?.bootloader?.efi !== undefined),
        vncSocketPath: `${around.runDir}/vnc.sock`,
      },
    }),
    ...(inputs.length > 0 && { inputs }),
    ...(panicDevice && { panicDevice }),
    ...(watchdog && { watchdog }),
  };
}

type Video = NonNullable<Domain["graphics"]>["video"];

function videoType(devices: Devices, architecture: NodeFacts["architecture"], uefi: boolean): Video {
  const known: readonly Video[] = ["vga", "bochs", "cirrus", "virtio"];
  const usual = architecture === "arm64" ? "virtio" : uefi ? "bochs" : "vga";
  return known.find((video) => video === devices.video?.type) ?? usual;
}

function renderInputs(devices: Devices): NonNullable<Domain["inputs"]> {
  const listed = devices.inputs ?? [];
  if (listed.length > 0) return listed.map(renderInput);
  if (!devices.autoattachInputDevice || devices.autoattachGraphicsDevice === false) return [];
  return [{ name: "default-0", type: "tablet", bus: "usb" }];
}

function renderInput({ name, type, bus }: Input): NonNullable<Domain["inputs"]>[number] {
  return { name, type: type === "keyboard" ? "keyboard" : "tablet", bus: bus === "virtio" ? "virtio" : "usb" };
}

function renderPanicDevice(devices: Devices): Domain["panicDevice"] {
  const device = devices.panicDevices?.[0];
  return device && (device.model === "isa" ? "isa" : "pvpanic");
}

function renderWatchdog(devices: Devices): Domain["watchdog"] {
  if (!devices.watchdog) return undefined;
  const actions = ["reset", "poweroff", "shutdown"] as const;
  const action = actions.find((candidate) => candidate === devices.watchdog?.i6300esb?.action) ?? "reset";
  return { model: "i6300esb", action };
}
