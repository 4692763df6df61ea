import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@peapod/machinery/node";
import type { ImageReference } from "./reference.ts";
import { formatReference } from "./reference.ts";
import { ImageError, type PullProgress } from "./types.ts";

/** How a registry is reached. Registries on this machine itself need no TLS, as Docker has it. */
export interface RegistryAccess {
  readonly reference: ImageReference;
  /** A file with credentials: they are never on a command line, where everybody can read them. */
  readonly authFile?: string | undefined;
  readonly signal: AbortSignal;
}

/** @returns the digest of what the reference means now at its registry, `sha256:…` */
export async function resolveDigest(access: RegistryAccess): Promise<string> {
  const argv = [
    "skopeo",
    "inspect",
    "--no-tags",
    "--format",
    "{{.Digest}}",
    ...flags(access, "tls-verify"),
    source(access),
  ];
  const { stdout } = await asking(access, () => run(argv, { signal: access.signal, timeoutMs: 60_000 }));
  return stdout.trim();
}

/** Copies the image for this machine's architecture into a new OCI layout. */
export async function copyToLayout(
  access: RegistryAccess,
  layout: string,
  onProgress: ((progress: PullProgress) => void) | undefined,
): Promise<void> {
  const watch = onProgress && setInterval(() => void reportProgress(layout, onProgress), 500);
  try {
    const argv = [
      "skopeo",
      "copy",
      "--quiet",
      "--override-os",
      "linux",
      ...flags(access, "src-tls-verify"),
      source(access),
      `oci:${layout}:image`,
    ];
    await asking(access, () => run(argv, { signal: access.signal }));
  } finally {
    clearInterval(watch);
  }
}

async function reportProgress(layout: string, onProgress: (progress: PullProgress) => void): Promise<void> {
  const folder = join(layout, "blobs/sha256");
  // Blobs being written have temporary names in the layout itself; both count.
  const sizes = await Promise.all([folder, layout].map(sizeOfFiles));
  onProgress({ doneBytes: sizes.reduce((a, b) => a + b, 0) });
}

async function sizeOfFiles(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (entry) => (entry.isFile() ? entry.size : 0),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((a, b) => a + b, 0);
}

function source({ reference }: RegistryAccess): string {
  return `docker://${formatReference(reference)}`;
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
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    throw new ImageError(`Cannot pull "${formatReference(reference)}": ${explain(said)}`, { cause: error });
  }
}

/** Registries answer in many words; people need one of these. */
function explain(said: string): string {
  if (/no space left on device/i.test(said)) return "the disk is full";
  if (/manifest unknown|not found|name unknown/i.test(said)) return "there is no such image at its registry";
  if (/unauthorized|authentication required|denied|invalid username/i.test(said))
    return "its registry wants (other) credentials";
  if (/no such host|lookup .* (?:on|:)/i.test(said)) return "its registry's name cannot be resolved from this machine";
  if (/connection refused|i\/o timeout|network is unreachable|no route to host/i.test(said))
    return "its registry does not answer";
  if (/x509|certificate/i.test(said)) return "its registry's certificate is not trusted";
  const last = /msg="(.*)"\s*$/.exec(said.trim())?.[1] ?? said.trim().split("\n").at(-1);
  return last || "skopeo failed without a word";
}
