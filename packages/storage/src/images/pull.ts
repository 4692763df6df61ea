import { join } from "node:path";
import { formatError } from "@peapod/machinery";
import { reached, writeFileDurably } from "@peapod/machinery/node";
import { extractDisk } from "./extract.ts";
import { formatReference, type ImageReference } from "./reference.ts";
import { copyToLayout, type RegistryAccess, type Resolved, resolveImage } from "./skopeo.ts";
import { ImageError, isDiskFull, type PullOptions } from "./types.ts";

/** Asks the registry what a reference means now. @param folder  for credentials, which are never on a command line */
export async function askRegistry(
  reference: ImageReference,
  folder: string,
  { dockerConfig, signal }: Pick<PullOptions, "dockerConfig" | "signal">,
): Promise<{ readonly access: RegistryAccess; readonly resolved: Resolved }> {
  const authFile = dockerConfig === undefined ? undefined : join(folder, "auth.json");
  if (authFile !== undefined && dockerConfig !== undefined) {
    await writeFileDurably(authFile, dockerConfig, { mode: 0o600 });
  }
  const access = { reference, authFile, signal };
  return { access, resolved: await resolveImage(access) };
}

/**
 * Brings exactly the image that was resolved, and unpacks its disk.
 *
 * @param folder  empty; the caller removes it
 * @returns the disk's path inside it
 */
export async function fetchDisk(
  access: RegistryAccess,
  { digest, totalBytes }: Resolved,
  folder: string,
  { pathInImage = "", onProgress }: PullOptions,
): Promise<string> {
  const name = formatReference(access.reference);
  const layout = join(folder, "layout");
  await copyToLayout(access, digest, layout, (doneBytes) => onProgress?.({ doneBytes, totalBytes }));
  reached("images/copy");
  const disk = join(folder, "disk");
  try {
    await extractDisk(layout, pathInImage, disk, access.signal);
  } catch (cause) {
    access.signal.throwIfAborted();
    if (isDiskFull(cause)) throw new ImageError(`Cannot unpack "${name}": the disk is full`, { cause });
    if (cause instanceof ImageError) throw new ImageError(`Cannot use "${name}": ${formatError(cause)}`);
    throw cause;
  }
  reached("images/extract");
  return disk;
}
