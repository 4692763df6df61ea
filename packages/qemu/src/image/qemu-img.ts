import { isAbsolute } from "node:path";
import { type RunOptions, run } from "../process/run.ts";
import { asRecord } from "../qmp/messages.ts";

export type ImageFormat = "qcow2" | "raw";

export interface ImageCall {
  readonly signal?: AbortSignal | undefined;
}

export interface ImageInfo {
  readonly format: string;
  /** What the guest sees. */
  readonly virtualSizeBytes: number;
  /** What the file takes on disk. */
  readonly actualSizeBytes: number;
  /** As written in the header: relative to the image's folder, if relative. */
  readonly backingFile: string | undefined;
  readonly backingFormat: string | undefined;
  /** A qcow2 whose data lie in another file: never trust such an image of a stranger's. */
  readonly dataFile: string | undefined;
  readonly encrypted: boolean;
  /** QEMU found damage in it once and marked it: it cannot be opened for writing until it is repaired. */
  readonly isCorrupt: boolean;
}

export interface ImageCheck {
  readonly corruptions: number;
  readonly leaks: number;
  /** QEMU's own words, for the person who has to decide. */
  readonly report: string;
}

/** Makes an empty image. @throws {ProgramError} */
export async function createImage(
  path: string,
  options: ImageCall & { readonly format: ImageFormat; readonly sizeBytes: number },
): Promise<void> {
  await qemuImg(["create", "-q", "-f", options.format, absolute(path), String(options.sizeBytes)], options);
}

/**
 * Makes a qcow2 that holds only what is written from now on, over `backing`, which must not change any more.
 *
 * @param options.sizeBytes  larger than the backing image to give the guest more room; default: the same size
 */
export async function createOverlay(
  path: string,
  options: ImageCall & {
    readonly backing: string;
    readonly backingFormat: ImageFormat;
    readonly sizeBytes?: number | undefined;
  },
): Promise<void> {
  const size = options.sizeBytes === undefined ? [] : [String(options.sizeBytes)];
  await qemuImg(
    [
      "create",
      "-q",
      "-f",
      "qcow2",
      "-F",
      options.backingFormat,
      "-b",
      absolute(options.backing),
      absolute(path),
      ...size,
    ],
    options,
  );
}

/**
 * Reads an image's header. Works on images in use. A stranger's image gets 10 s of CPU and 2 GB of address space, since a crafted
 * header can make the reader work without end.
 *
 * @throws {ProgramError} when it is no image, or its header asks for too much
 */
export async function imageInfo(path: string, options: ImageCall = {}): Promise<ImageInfo> {
  const { stdout } = await run(
    ["prlimit", "--cpu=10", "--as=2000000000", "qemu-img", "info", "-U", "--output=json", absolute(path)],
    options,
  );
  return parseImageInfo(stdout);
}

/** Copies an image into a new one, leaving holes where it is empty. @param options.onProgress  0 … 100 */
export async function convertImage(
  source: string,
  target: string,
  options: ImageCall & {
    readonly sourceFormat: ImageFormat;
    readonly format: ImageFormat;
    readonly compress?: boolean | undefined;
    readonly onProgress?: ((percent: number) => void) | undefined;
  },
): Promise<void> {
  const { onProgress } = options;
  await qemuImg(
    [
      "convert",
      ...(onProgress ? ["-p"] : ["-q"]),
      ...(options.compress ? ["-c"] : []),
      "-f",
      options.sourceFormat,
      "-O",
      options.format,
      absolute(source),
      absolute(target),
    ],
    {
      signal: options.signal,
      onOutput: (chunk) => {
        for (const match of chunk.toString("latin1").matchAll(/\((\d+\.\d+)\/100%\)/g)) onProgress?.(Number(match[1]));
      },
    },
  );
}

/** Looks for damage without repairing it; the image must not be in use. Raw images have nothing to check. */
export async function checkImage(path: string, options: ImageCall & { readonly format: "qcow2" }): Promise<ImageCheck> {
  // 2: corrupt, 3: leaked clusters only. Anything else is a failure of the check itself.
  const { stdout } = await run(["qemu-img", "check", "--output=json", "-f", options.format, absolute(path)], {
    signal: options.signal,
    accept: [0, 2, 3],
  });
  const result = asRecord(JSON.parse(stdout));
  return {
    corruptions: Number(result["corruptions"] ?? 0) + Number(result["check-errors"] ?? 0),
    leaks: Number(result["leaks"] ?? 0),
    report: stdout.trim(),
  };
}

/** Grows an image that is not in use. Shrinking would cut off data and is refused by `qemu-img` itself. */
export async function growImage(
  path: string,
  options: ImageCall & { readonly format: ImageFormat; readonly sizeBytes: number },
): Promise<void> {
  await qemuImg(["resize", "-q", "-f", options.format, absolute(path), String(options.sizeBytes)], options);
}

async function qemuImg(argv: readonly string[], options: RunOptions): Promise<void> {
  await run(["qemu-img", ...argv], { signal: options.signal, onOutput: options.onOutput });
}

function parseImageInfo(text: string): ImageInfo {
  const info = asRecord(JSON.parse(text));
  const specific = asRecord(asRecord(info["format-specific"] ?? {})["data"] ?? {});
  const word = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  return {
    format: String(info["format"]),
    virtualSizeBytes: Number(info["virtual-size"]),
    actualSizeBytes: Number(info["actual-size"] ?? 0),
    backingFile: word(info["backing-filename"]),
    backingFormat: word(info["backing-filename-format"]),
    dataFile: word(specific["data-file"]),
    encrypted: info["encrypted"] === true,
    isCorrupt: specific["corrupt"] === true,
  };
}

/** `qemu-img` takes `json:…` and `nbd:…` for protocols; a path that begins with a slash is never one. */
function absolute(path: string): string {
  if (!isAbsolute(path)) throw new Error(`Cannot use the image "${path}": its path must be absolute`);
  return path;
}
