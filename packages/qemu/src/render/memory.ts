import type { Domain } from "../domain.ts";
import { keyValueArgument } from "./argument.ts";

/** Memory in KiB, rounded up: manifests may ask for `128M`. No `maxmem`: it costs a small guest half of its memory. */
export function renderMemory({ memory }: Domain): string[] {
  return keyValueArgument("-m", undefined, { size: `${Math.ceil(memory.sizeBytes / 1024)}k` });
}
