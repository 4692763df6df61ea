import { createLog } from "@peapod/machinery/node";
import { buildGuestImage } from "../guest-image/index.ts";

/** Downloads and earlier images are kept here. */
const workDir = "/var/cache/peapod/guest-image";

/** `peapod guest-image OUT` */
export async function guestImageCommand(out: string, signal: AbortSignal): Promise<string> {
  const log = createLog({ component: "guest-image", level: "warn" });
  const { path, sizeBytes, isCached } = await buildGuestImage({ out, work: workDir, log, signal });
  return `${path} (${(sizeBytes / 1e6).toFixed(0)} MB${isCached ? ", built before" : ""})`;
}
