import { dump, FAILSAFE_SCHEMA, loadAll, mergeTag, YAMLException } from "js-yaml";
import { binaryTag, boolTag, floatTag, nullTag, numberTag, timestampTag } from "./scalars.ts";

/** The text is no YAML. The message is worded as Go's reader words its own: `yaml: line 3: …`. */
export class YamlError extends Error {
  override readonly name = "YamlError";
}

export interface YamlOptions {
  /** Of two equal keys in one object: `refuse` both, or let the `last` win as kubectl does. Default `last`. */
  readonly duplicates?: "refuse" | "last";
}

/**
 * Reads one document as kubectl would.
 *
 * @returns JSON; null for an empty text
 * @throws {YamlError} for what is no YAML, and for more than one document
 */
export function parseYaml(text: string, options: YamlOptions = {}): unknown {
  const documents = load(text, options);
  if (documents.length > 1) throw new YamlError("yaml: there is more than one document");
  return documents[0] ?? null;
}

/** Reads every document of a file, leaving out empty ones. */
export function parseYamlDocuments(text: string, options: YamlOptions = {}): readonly unknown[] {
  return load(text, options).filter((document) => document !== null && document !== undefined);
}

/** Writes a value as `kubectl -o yaml` does: keys sorted, lists not indented, long lines left alone. */
export function formatYaml(value: unknown): string {
  return dump(value, {
    lineWidth: -1,
    noRefs: true,
    seqNoIndent: true,
    skipInvalid: true, // properties that are undefined
    quoteStyle: "double",
    sortKeys: true,
  });
}

const schema = FAILSAFE_SCHEMA.withTags(nullTag, boolTag, numberTag, floatTag, binaryTag, timestampTag, mergeTag);
/** Aliases multiply: a small text must not become a huge object. */
const maxAliases = 100;

function load(text: string, options: YamlOptions): readonly unknown[] {
  try {
    return loadAll(text, { schema, json: options.duplicates !== "refuse", maxAliases });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw new YamlError("yaml: it cannot be read", { cause: error });
    const where = error.mark === undefined ? "" : `line ${error.mark.line + 1}: `;
    throw new YamlError(`yaml: ${where}${error.reason}`);
  }
}
