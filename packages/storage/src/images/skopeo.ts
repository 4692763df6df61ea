import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@peapod/machinery/node";
import { formatReference, type ImageReference } from "./reference.ts";
import { ImageError } from "./types.ts";

/** How a registry is reached. Registries on this machine itself need no TLS, as Docker has it. */
export interface RegistryAccess {
  readonly reference: ImageReference;
  /** A file with credentials: they are never on a command line, where everybody can read them. */
  readonly authFile?: string | undefined;
  readonly signal: AbortSignal;
}

export interface Resolved {
  /** Of the manifest, or of the list of manifests: `sha256:…` */
  readonly digest: string;
  /** What its layers take in the registry; undefined for a list. */
  readonly totalBytes: number | undefined;
}

/** A registry that sends nothing for so long will not send the rest either. */
const stalledMs = 180_000;

/** Asks what the reference means now at its registry. */
export async function resolveImage(access: RegistryAccess): Promise<Resolved> {
  const argv = ["skopeo", "inspect", "--raw", ...flags(access, "tls-verify"), source(access)];
  const { stdout } = await asking(access, () =>
    run(argv, { signal: access.signal, timeoutMs: 60_000, maxOutputBytes: 4 * 1024 * 1024 }),
  );
  return { digest: `sha256:${createHash("sha256").update(stdout).digest("hex")}`, totalBytes: sizeOf(stdout, access) };
}

function sizeOf(manifest: string, { reference }: RegistryAccess): number | undefined {
  const name = formatReference(reference);
  let parsed: { readonly schemaVersion?: unknown; readonly layers?: readonly { readonly size?: unknown }[] };
  try {
    parsed = JSON.parse(manifest);
  } catch (cause) {
    throw new ImageError(`Cannot pull "${name}": its registry answered with something that is no manifest`, { cause });
  }
  if (parsed.schemaVersion === 1) throw new ImageError(`Cannot pull "${name}": it is in a format given up in 2017`);
  return parsed.layers?.reduce((sum, { size }) => sum + Number(size ?? 0), 0);
}

/**
 * Copies exactly the image that was resolved, for this machine's architecture, into a new OCI layout.
 *
 * @param onProgress  told the bytes that have come, about twice a second
 */
export async function copyToLayout(
  access: RegistryAccess,
  digest: string,
  layout: string,
  onProgress: (doneBytes: number) => void,
): Promise<void> {
  const stalled = new AbortController();
  let doneBytes = 0;
  let grewAt = performance.now();
  const watch = setInterval(async () => {
    const nowBytes = await layoutBytes(layout);
    if (nowBytes !== doneBytes) grewAt = performance.now();
    doneBytes = nowBytes;
    onProgress(doneBytes);
    if (performance.now() - grewAt > stalledMs) {
      const name = formatReference(access.reference);
      stalled.abort(new ImageError(`Cannot pull "${name}": its registry stopped sending`));
    }
  }, 500);
  const argv = ["skopeo", "copy", "--quiet", "--override-os", "linux", ...flags(access, "src-tls-verify")];
  try {
    const signal = AbortSignal.any([access.signal, stalled.signal]);
    await asking({ ...access, signal }, () =>
      run([...argv, source(access, digest), `oci:${layout}:image`], { signal }),
    );
    onProgress(await layoutBytes(layout));
  } finally {
    clearInterval(watch);
  }
}

/** Blobs being written have temporary names in the layout itself; both count. */
async function layoutBytes(layout: string): Promise<number> {
  const sizes = await Promise.all([join(layout, "blobs/sha256"), layout].map(sizeOfFiles));
  return sizes.reduce((a, b) => a + b, 0);
}

async function sizeOfFiles(folder: string): Promise<number> {
  const names = await readdir(folder).catch((): string[] => []); // not there yet
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (entry) => (entry.isFile() ? entry.size : 0),
        () => 0, // renamed meanwhile
      ),
    ),
  );
  return sizes.reduce((a, b) => a + b, 0);
}

function source({ reference }: RegistryAccess, digest?: string): string {
  const { registry, repository } = reference;
  return `docker://${formatReference(digest === undefined ? reference : { registry, repository, digest })}`;
}

function flags({ reference, authFile }: RegistryAccess, tlsFlag: string): readonly string[] {
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(reference.registry);
  return [...(authFile === undefined ? [] : ["--authfile", authFile]), ...(isLocal ? [`--${tlsFlag}=false`] : [])];
}

async function asking<T>({ reference, signal }: RegistryAccess, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw new ImageError(`Cannot pull "${formatReference(reference)}": ${explain(error)}`, { cause: error });
  }
}

/** Registries answer in many words; people need one of these. */
function explain(error: unknown): string {
  const { isTimeout, stderr, code } = error as { isTimeout?: boolean; stderr?: string; code?: string };
  const said = stderr ?? "";
  if (code === "ENOENT") return "skopeo is not installed";
  if (isTimeout) return "its registry does not answer";
  if (/no space left on device/i.test(said)) return "the disk is full";
  if (/unauthorized|authentication required|denied|invalid username|\b401\b|\b403\b/i.test(said)) {
    return "its registry wants (other) credentials";
  }
  if (/manifest unknown|name unknown|repository .*not found|\b404\b/i.test(said)) {
    return "there is no such image at its registry";
  }
  if (/no image found in manifest list|no image found in image index/i.test(said)) {
    return "it is not made for this machine's architecture";
  }
  if (/no such host|lookup .* (?:on|:)/i.test(said)) return "its registry's name cannot be resolved from this machine";
  if (/connection refused|i\/o timeout|network is unreachable|no route to host|\b50[234]\b/i.test(said)) {
    return "its registry does not answer";
  }
  if (/x509|certificate/i.test(said)) return "its registry's certificate is not trusted";
  const last = /msg="(.*)"\s*$/.exec(said.trim())?.[1] ?? said.trim().split("\n").at(-1);
  return last || "skopeo failed without a word";
}
