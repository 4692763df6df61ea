import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { pack } from "tar-stream";

/** A registry on loopback that speaks enough of the OCI distribution protocol for real programs to pull from. */
export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:40123` */
  readonly host: string;
  /** Layers from the bottom up, each a list of files. @returns the manifest's digest */
  push(
    repository: string,
    tag: string,
    layers: readonly (readonly TestFile[])[],
    options?: PushOptions,
  ): Promise<string>;
  /** One name for images of several architectures. @param manifests  architecture → digest */
  pushIndex(repository: string, tag: string, manifests: Readonly<Record<string, string>>): Promise<string>;
  /** Every request is refused without this user's credentials. */
  requireLogin(user: string, password: string): void;
  /** Answers 503 while true. */
  isDown: boolean;
  /** Sends the first half of each layer, and the rest when told to. @returns who tells */
  hold(): () => void;
  /** Takes requests and answers none while true. */
  isSilent: boolean;
  readonly requests: string[];
}

export interface PushOptions {
  readonly compression?: "gzip" | "zstd" | "none";
  /** The layers are tar files that end in the middle, with digests that fit. */
  readonly isCutShort?: boolean;
}

export interface TestFile {
  readonly name: string;
  readonly content: Uint8Array | string;
  readonly linkTo?: string;
}

/** @see https://github.com/opencontainers/distribution-spec */
export async function startTestRegistry(): Promise<TestRegistry> {
  const blobs = new Map<string, { readonly bytes: Uint8Array; readonly type: string }>();
  const tags = new Map<string, string>();
  const requests: string[] = [];
  let login: string | undefined;
  let held = Promise.resolve();
  const put = (bytes: Uint8Array, type: string): { digest: string; size: number; mediaType: string } => {
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    blobs.set(digest, { bytes, type });
    return { digest, size: bytes.length, mediaType: type };
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://registry");
    requests.push(`${request.method} ${pathname}`);
    if (registry.isSilent) return;
    if (registry.isDown) return response.writeHead(503).end();
    if (login !== undefined && request.headers.authorization !== login) {
      return response
        .writeHead(401, { "www-authenticate": 'Basic realm="test"' })
        .end('{"errors":[{"code":"UNAUTHORIZED"}]}');
    }
    if (pathname === "/v2/") return response.writeHead(200).end("{}");
    const [, repository = "", kind, wanted = ""] = /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(pathname) ?? [];
    const digest = kind === "manifests" ? (tags.get(`${repository}:${wanted}`) ?? wanted) : wanted;
    const blob = blobs.get(digest);
    if (!blob)
      return response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
    response.writeHead(200, {
      "content-type": blob.type,
      "content-length": blob.bytes.length,
      "docker-content-digest": digest,
    });
    if (request.method === "HEAD") return response.end();
    if (!blob.type.includes("layer")) return response.end(blob.bytes);
    const half = Math.floor(blob.bytes.length / 2);
    response.write(blob.bytes.subarray(0, half));
    return held.then(() => response.end(blob.bytes.subarray(half)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  const registry: TestRegistry = {
    host: `127.0.0.1:${port}`,
    isDown: false,
    isSilent: false,
    requests,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    requireLogin(user, password) {
      login = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    },
    async push(repository, tag, layers, { compression = "gzip", isCutShort = false } = {}) {
      const whole = await Promise.all(layers.map(tarOf));
      const tars = isCutShort ? whole.map((tar) => tar.subarray(0, 700)) : whole;
      const config = put(
        Buffer.from(
          JSON.stringify({
            architecture: "amd64",
            os: "linux",
            config: {},
            rootfs: {
              type: "layers",
              diff_ids: tars.map((tar) => `sha256:${createHash("sha256").update(tar).digest("hex")}`),
            },
          }),
        ),
        "application/vnd.oci.image.config.v1+json",
      );
      const manifest = put(
        Buffer.from(
          JSON.stringify({
            schemaVersion: 2,
            mediaType: "application/vnd.oci.image.manifest.v1+json",
            config,
            layers: tars.map((tar) => put(...compressed(tar, compression))),
          }),
        ),
        "application/vnd.oci.image.manifest.v1+json",
      );
      tags.set(`${repository}:${tag}`, manifest.digest);
      return manifest.digest;
    },
    async pushIndex(repository, tag, manifests) {
      const type = "application/vnd.oci.image.index.v1+json";
      const list = Object.entries(manifests).map(([architecture, digest]) => ({
        mediaType: blobs.get(digest)?.type,
        digest,
        size: blobs.get(digest)?.bytes.length,
        platform: { architecture, os: "linux" },
      }));
      const index = put(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: list })), type);
      tags.set(`${repository}:${tag}`, index.digest);
      return index.digest;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return registry;
}

function compressed(tar: Buffer, compression: PushOptions["compression"]): [Buffer, string] {
  const type = "application/vnd.oci.image.layer.v1.tar";
  if (compression === "zstd") return [zstdCompressSync(tar), `${type}+zstd`];
  return compression === "none" ? [tar, type] : [gzipSync(tar), `${type}+gzip`];
}

async function tarOf(files: readonly TestFile[]): Promise<Buffer> {
  const tar = pack();
  for (const { name, content, linkTo } of files) {
    if (linkTo !== undefined) tar.entry({ name, type: "symlink", linkname: linkTo });
    else if (name.endsWith("/")) tar.entry({ name, type: "directory" });
    else tar.entry({ name, mode: 0o444 }, Buffer.from(content as Uint8Array));
  }
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
