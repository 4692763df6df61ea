/** An image's name, whole: `quay.io/kubevirt/cirros-container-disk-demo:latest`. */
export interface ImageReference {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
}

export class ImageReferenceError extends Error {
  override readonly name = "ImageReferenceError";
  readonly advice = "Write it as REGISTRY/REPOSITORY:TAG or REGISTRY/REPOSITORY@sha256:DIGEST";
  constructor(text: string, because: string) {
    super(`Cannot read "${text}" as the name of an image: ${because}`);
  }
}

const registryPattern =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const component = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const digestPattern = /^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/;

/**
 * Reads a name as Docker does: no registry means docker.io, no tag and no digest mean `latest`, one word on docker.io lies in `library`.
 * CDI's and KubeVirt's `docker://` in front is allowed.
 *
 * @throws {ImageReferenceError}
 * @see https://github.com/distribution/reference
 */
export function parseReference(text: string): ImageReference {
  const fail = (because: string): never => {
    throw new ImageReferenceError(text, because);
  };
  const [named = "", digest, ...rest] = text.replace(/^docker:\/\//, "").split("@");
  if (rest.length > 0) return fail('it has more than one "@"');
  if (digest !== undefined && !digestPattern.test(digest)) return fail(`"${digest}" is no digest`);
  const colon = named.lastIndexOf(":");
  const hasTag = colon > named.lastIndexOf("/");
  const path = hasTag ? named.slice(0, colon) : named;
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !tagPattern.test(tag)) return fail(`"${tag}" is no tag`);
  const [first = "", ...others] = path.split("/");
  const isRegistry = others.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const registry = isRegistry ? (first === "index.docker.io" ? "docker.io" : first) : "docker.io";
  if (!registryPattern.test(registry)) return fail(`"${registry}" is no registry`);
  const words = isRegistry ? others : [first, ...others];
  const repository = registry === "docker.io" && words.length === 1 ? ["library", ...words] : words;
  const bad = repository.find((word) => !component.test(word));
  if (bad !== undefined)
    return fail(
      bad === ""
        ? "a part of it is empty"
        : `"${bad}" may have lower-case letters, digits and single . _ - between them`,
    );
  return {
    registry,
    repository: repository.join("/"),
    ...(digest !== undefined ? { digest } : {}),
    ...(tag !== undefined ? { tag } : digest === undefined ? { tag: "latest" } : {}),
  };
}

/** A digest decides alone; the tag beside it is only for people. */
export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`;
}

/** The one spelling under which an image is kept. */
export function normalizeReference(text: string): string {
  return formatReference(parseReference(text));
}
