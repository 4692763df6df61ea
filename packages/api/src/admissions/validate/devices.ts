import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { Problem } from "../../problem.ts";
import { cause } from "./cause.ts";
import { diskTarget } from "./disks.ts";

const panicModels = ["hyperv", "isa", "pvpanic"];
const listLimit = 256;

/** Inputs, display, watchdog, panic devices, and what the architecture has of them. */
export function validateDevices(spec: VirtualMachineInstanceSpec, path: string): Problem[] {
  const at = `${path}.domain.devices`;
  const { devices } = spec.domain;
  return [
    ...validateLengths(spec, path),
    ...(devices.inputs ?? []).flatMap(({ bus, type }, index) => [
      ...(!bus || bus === "virtio" || bus === "usb"
        ? []
        : [cause(`${at}.inputs[${index}].bus`, "Input device can have only virtio or usb bus.")]),
      ...(type === "tablet" ? [] : [cause(`${at}.inputs[${index}].type`, "Input device can have only tablet type.")]),
    ]),
    ...(devices.video && devices.autoattachGraphicsDevice === false
      ? [cause(`${at}.video`, "Video configuration is not allowed when autoattachGraphicsDevice is set to false")]
      : []),
    ...(devices.panicDevices ?? []).flatMap(({ model }, index) =>
      model === undefined || panicModels.includes(model)
        ? []
        : [cause(`${at}.panicDevices[${index}].model`, `invalid PanicDeviceModel(${model})`)],
    ),
    ...((devices.panicDevices ?? []).length > 1
      ? [cause(`${at}.panicDevices`, "only one panic device can be attached")]
      : []),
    ...(spec.architecture === "arm64" ? validateArm64(spec, path) : validateAmd64(spec, path)),
  ];
}

function validateLengths(spec: VirtualMachineInstanceSpec, path: string): Problem[] {
  const { disks = [], interfaces = [] } = spec.domain.devices;
  const lists = [
    [`${path}.domain.devices.disks`, disks],
    [`${path}.domain.devices.interfaces`, interfaces],
    [`${path}.networks`, spec.networks ?? []],
    [`${path}.volumes`, spec.volumes ?? []],
  ] as const;
  return lists.flatMap(([at, list]) =>
    list.length > listLimit ? [cause(at, `${at} list exceeds the ${listLimit} element limit in length`)] : [],
  );
}

function validateAmd64(spec: VirtualMachineInstanceSpec, path: string): Problem[] {
  const { video, watchdog } = spec.domain.devices;
  const problems: Problem[] = [];
  if (watchdog && (!watchdog.i6300esb || watchdog.diag288)) {
    const sentence = "amd64 only supports I6300ESB watchdog device";
    problems.push(cause(`${path}.domain.devices.watchdog`, sentence, "FieldValueNotSupported"));
  }
  if (video && !["vga", "cirrus", "virtio", "ramfb", "bochs"].includes(video.type ?? "")) {
    const sentence = `video model '${video.type ?? ""}' is not supported on amd64 architecture`;
    problems.push(cause(`${path}.domain.devices.video.type`, sentence, "FieldValueNotSupported"));
  }
  return problems;
}

function validateArm64(spec: VirtualMachineInstanceSpec, path: string): Problem[] {
  const { cpu, devices, firmware } = spec.domain;
  const problems: Problem[] = [];
  if (devices.video && devices.video.type !== "virtio") {
    const sentence = `video model '${devices.video.type ?? ""}' is not supported on arm64 architecture`;
    problems.push(cause(`${path}.domain.devices.video.type`, sentence, "FieldValueNotSupported"));
  }
  if (firmware?.bootloader?.bios) {
    const sentence = "Arm64 does not support bios boot, please change to uefi boot";
    problems.push(cause(`${path}.domain.firmware.bootloader.bios`, sentence));
  }
  if (cpu?.model && cpu.model !== "host-passthrough") {
    const sentence = "currently, host-passthrough is the only model supported on Arm64";
    problems.push(cause(`${path}.domain.cpu.model`, sentence));
  }
  if (devices.watchdog) problems.push(cause(`${path}.domain.devices.watchdog`, "Arm64 not support Watchdog device"));
  (devices.disks ?? []).forEach((disk, index) => {
    const { type, bus } = diskTarget(disk);
    if (["", "virtio", "scsi"].includes(bus)) return;
    const sentence = "Arm64 not support this disk bus type, please use virtio or scsi";
    problems.push(cause(`${path}.domain.devices.disks[${index}].${type}.bus`, sentence));
  });
  return problems;
}
