import { array, boolean, type Infer, listAtomic, object, optional } from "../../schema.ts";
import { Disk } from "./disk.ts";
import { Filesystem } from "./filesystem.ts";
import { GPU, HostDevice } from "./host-device.ts";
import { Input } from "./input.ts";
import { Interface } from "./interface.ts";
import { SoundDevice } from "./sound.ts";
import { TPMDevice } from "./tpm.ts";
import { VideoDevice } from "./video.ts";
import { PanicDevice, Watchdog } from "./watchdog.ts";

export const Devices = object({
  autoattachGraphicsDevice: optional(boolean()),
  autoattachInputDevice: optional(boolean()),
  autoattachMemBalloon: optional(boolean()),
  autoattachPodInterface: optional(boolean()),
  autoattachSerialConsole: optional(boolean()),
  autoattachVSOCK: optional(boolean()),
  blockMultiQueue: optional(boolean()),
  clientPassthrough: optional(object({})),
  disableHotplug: optional(boolean()),
  disks: optional(array(Disk)),
  downwardMetrics: optional(object({})),
  filesystems: optional(listAtomic(Filesystem)),
  gpus: optional(listAtomic(GPU)),
  hostDevices: optional(listAtomic(HostDevice)),
  inputs: optional(array(Input)),
  interfaces: optional(array(Interface)),
  logSerialConsole: optional(boolean()),
  networkInterfaceMultiqueue: optional(boolean()),
  panicDevices: optional(array(PanicDevice)),
  rng: optional(object({})),
  sound: optional(SoundDevice),
  tpm: optional(TPMDevice),
  useVirtioTransitional: optional(boolean()),
  video: optional(VideoDevice),
  watchdog: optional(Watchdog),
});
export interface Devices extends Infer<typeof Devices> {}
