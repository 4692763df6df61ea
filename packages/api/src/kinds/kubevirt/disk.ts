import { boolean, type Infer, int32, object, optional, string } from "../../schema.ts";
import { FeatureState } from "./feature-state.ts";

export const CustomBlockSize = object({
  discardGranularity: optional(int32()),
  logical: optional(int32()),
  physical: optional(int32()),
});
export interface CustomBlockSize extends Infer<typeof CustomBlockSize> {}

export const BlockSize = object({
  custom: optional(CustomBlockSize),
  matchVolume: optional(FeatureState),
});
export interface BlockSize extends Infer<typeof BlockSize> {}

export const CDRomTarget = object({
  bus: optional(string()),
  readonly: optional(boolean()),
  tray: optional(string()),
});
export interface CDRomTarget extends Infer<typeof CDRomTarget> {}

export const DiskTarget = object({
  bus: optional(string()),
  pciAddress: optional(string()),
  readonly: optional(boolean()),
});
export interface DiskTarget extends Infer<typeof DiskTarget> {}

export const LunTarget = object({
  bus: optional(string()),
  readonly: optional(boolean()),
  reservation: optional(boolean()),
});
export interface LunTarget extends Infer<typeof LunTarget> {}

export const Disk = object({
  blockSize: optional(BlockSize),
  bootOrder: optional(int32()),
  cache: optional(string()),
  cdrom: optional(CDRomTarget),
  changedBlockTracking: optional(boolean()),
  dedicatedIOThread: optional(boolean()),
  disk: optional(DiskTarget),
  errorPolicy: optional(string()),
  io: optional(string()),
  lun: optional(LunTarget),
  name: string(),
  serial: optional(string()),
  shareable: optional(boolean()),
  tag: optional(string()),
});
export interface Disk extends Infer<typeof Disk> {}
