import { array, boolean, having, type Infer, int64, marker, notYet, object, optional, string } from "../../schema.ts";

const pinning = notYet("guests cannot be pinned to CPUs of their own yet");

export const CPUFeature = object({
  name: string({ description: "A flag as QEMU names it, e.g. `pcid`." }),
  policy: optional(
    string({ description: "force, require (the default) and optional turn it on; disable and forbid turn it off." }),
  ),
});
export interface CPUFeature extends Infer<typeof CPUFeature> {}

export const NUMA = object({
  guestMappingPassthrough: optional(
    marker({ description: "Give the guest the NUMA layout of its pinned CPUs.", ...pinning }),
  ),
});
export interface NUMA extends Infer<typeof NUMA> {}

export const Realtime = object({
  mask: optional(string({ description: "Which virtual CPUs are real-time, e.g. `0-3,^1`." })),
});
export interface Realtime extends Infer<typeof Realtime> {}

/** How many CPUs the guest sees, and which. */
export const CPU = object({
  cores: optional(int64({ description: "Cores of each socket; 1 if unset." })),
  dedicatedCpuPlacement: optional(boolean({ description: "Pin each virtual CPU to a CPU of its own.", ...pinning })),
  features: optional(array(CPUFeature, { description: "Flags to turn on or off." })),
  isolateEmulatorThread: optional(boolean({ description: "One more CPU for QEMU's own thread.", ...pinning })),
  maxSockets: optional(
    int64({
      description: "Sockets that can be plugged while the guest runs.",
      ...notYet("CPUs cannot be plugged into a running guest yet; change sockets and restart it"),
    }),
  ),
  model: optional(
    string({
      description: "`host-model` (the default), `host-passthrough`, or a QEMU model such as `Skylake-Server`.",
    }),
  ),
  numa: optional(having(NUMA, { description: "NUMA layout of the guest." })),
  realtime: optional(having(Realtime, { description: "Real-time scheduling.", presence: true, ...pinning })),
  sockets: optional(int64({ description: "Sockets; 1 if unset, or the CPUs that resources ask for." })),
  threads: optional(int64({ description: "Threads of each core; 1 if unset." })),
});
export interface CPU extends Infer<typeof CPU> {}
