import { array, boolean, type Infer, int64, object, optional, string } from "../../schema.ts";

export const CPUFeature = object({
  name: string(),
  policy: optional(string()),
});
export interface CPUFeature extends Infer<typeof CPUFeature> {}

export const NUMA = object({
  guestMappingPassthrough: optional(object({})),
});
export interface NUMA extends Infer<typeof NUMA> {}

export const Realtime = object({
  mask: optional(string()),
});
export interface Realtime extends Infer<typeof Realtime> {}

export const CPU = object({
  cores: optional(int64()),
  dedicatedCpuPlacement: optional(boolean()),
  features: optional(array(CPUFeature)),
  isolateEmulatorThread: optional(boolean()),
  maxSockets: optional(int64()),
  model: optional(string()),
  numa: optional(NUMA),
  realtime: optional(Realtime),
  sockets: optional(int64()),
  threads: optional(int64()),
});
export interface CPU extends Infer<typeof CPU> {}
