export { ImageReferenceError, normalizeReference, parseReference } from "./images/reference.ts";
export { type ImageStore, type ImageStoreOptions, openImageStore } from "./images/store.ts";
export { ImageError, type PullOptions, type PullProgress, type StoredDisk, type StoredImage } from "./images/types.ts";
export * from "./prepared-disk.ts";
export { planVolume, type VolumePlan } from "./volumes/plan.ts";
export { prepareVolume, type VolumeContext } from "./volumes/prepare.ts";
export { type Seed, writeSeedIso } from "./volumes/seed-iso.ts";
export { VolumeError } from "./volumes/volume-error.ts";
