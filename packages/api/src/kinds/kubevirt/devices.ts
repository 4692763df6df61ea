import { array, boolean, having, type Infer, listAtomic, marker, notYet, object, optional } from "../../schema.ts";
import { Disk } from "./disk.ts";
import { Filesystem } from "./filesystem.ts";
import { GPU, HostDevice } from "./host-device.ts";
import { Input } from "./input.ts";
import { Interface } from "./interface.ts";
import { SoundDevice } from "./sound.ts";
import { TPMDevice } from "./tpm.ts";
import { VideoDevice } from "./video.ts";
import { PanicDevice, Watchdog } from "./watchdog.ts";

const hostDevicesLater = notYet("devices of the host cannot be passed through yet");

/** Everything plugged into the guest. */
export const Devices = object({
  autoattachGraphicsDevice: optional(
    boolean({ description: "A display adapter with VNC; true unless said otherwise." }),
  ),
  autoattachInputDevice: optional(
    boolean({ description: "A tablet, if no input is listed; false unless said otherwise." }),
  ),
  autoattachMemBalloon: optional(
    boolean({ description: "A balloon that gives free memory back; true unless said otherwise." }),
  ),
  autoattachPodInterface: optional(
    boolean({ description: "An interface on the pod network, if none is listed; true unless said otherwise." }),
  ),
  autoattachSerialConsole: optional(boolean({ description: "A serial console; true unless said otherwise." })),
  autoattachVSOCK: optional(boolean({ description: "A VSOCK device.", ...notYet("VSOCK is yet to come") })),
  blockMultiQueue: optional(
    boolean({ description: "One queue for each CPU, for virtio disks.", ...notYet("multiple queues are yet to come") }),
  ),
  clientPassthrough: optional(
    marker({ description: "USB devices of a viewer.", ...notYet("USB redirection is yet to come") }),
  ),
  disableHotplug: optional(boolean({ description: "Leave out what is only there to plug devices in later." })),
  disks: optional(array(Disk, { description: "Disks and CD-ROMs, each showing a volume." })),
  downwardMetrics: optional(
    marker({ description: "Figures of the host for the guest.", ...notYet("downward metrics are yet to come") }),
  ),
  filesystems: optional(
    listAtomic(Filesystem, {
      description: "Directories shared with the guest.",
      ...notYet("directories cannot be shared with the guest yet"),
    }),
  ),
  gpus: optional(listAtomic(GPU, { description: "GPUs of the host.", ...hostDevicesLater })),
  hostDevices: optional(listAtomic(HostDevice, { description: "Other devices of the host.", ...hostDevicesLater })),
  inputs: optional(array(Input, { description: "Pointers." })),
  interfaces: optional(array(Interface, { description: "Network interfaces, each on a network of the same name." })),
  logSerialConsole: optional(
    boolean({
      description: "Keep what the serial console printed, for `kubectl logs`; true unless said otherwise.",
      ...notYet("the serial console is always kept, in a file of bounded size", [true]),
    }),
  ),
  networkInterfaceMultiqueue: optional(
    boolean({
      description: "One queue for each CPU, for virtio interfaces.",
      ...notYet("multiple queues are yet to come"),
    }),
  ),
  panicDevices: optional(array(PanicDevice, { description: "Devices by which the guest tells that it panicked." })),
  rng: optional(marker({ description: "A source of randomness from the host." })),
  sound: optional(
    having(SoundDevice, {
      description: "A sound card.",
      ...notYet("sound is yet to come"),
    }),
  ),
  tpm: optional(
    having(TPMDevice, { description: "A virtual TPM 2.0.", presence: true, ...notYet("virtual TPMs are yet to come") }),
  ),
  useVirtioTransitional: optional(
    boolean({
      description: "Virtio devices that guests from before virtio 1.0 know.",
      ...notYet("transitional virtio devices are yet to come"),
    }),
  ),
  video: optional(having(VideoDevice, { description: "The display adapter." })),
  watchdog: optional(having(Watchdog, { description: "Acts when the guest no longer feeds it." })),
});
export interface Devices extends Infer<typeof Devices> {}
