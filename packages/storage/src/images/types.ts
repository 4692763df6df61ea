/** A disk out of an image, ready to be a guest's backing file: it never changes again. */
export interface StoredDisk {
  /** `sha256:…` of the image's manifest, or of the file that was imported. */
  readonly imageId: string;
  /** Where it lay in the image: a file's path, or "" for the only file under /disk. */
  readonly pathInImage: string;
  readonly path: string;
  readonly format: "qcow2" | "raw";
  readonly virtualSizeBytes: number;
  readonly sizeBytes: number;
}

export interface StoredImage {
  /** Normalised. */
  readonly reference: string;
  readonly imageId: string;
  /** Put here by a person: never asked for again at a registry, whatever a pull policy says. */
  readonly isImported: boolean;
  readonly addedAt: string;
  readonly disks: readonly StoredDisk[];
}

export interface PullOptions {
  /** The disk inside the image; default: the only file under /disk. */
  readonly pathInImage?: string | undefined;
  /** Text of a `.dockerconfigjson`. */
  readonly dockerConfig?: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
}

export interface PullProgress {
  readonly doneBytes: number;
  /** Compressed, as the manifest has it; undefined for an image of several architectures. */
  readonly totalBytes?: number | undefined;
}

/** What went wrong with an image, in one sentence for the one who named it. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

/** `ENOSPC`, from ourselves or in a program's last words. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && error.code === "ENOSPC") return true;
  const said = `${error.message} ${"stderr" in error ? String(error.stderr) : ""}`;
  return /no space left on device/i.test(said) || isDiskFull(error.cause);
}
