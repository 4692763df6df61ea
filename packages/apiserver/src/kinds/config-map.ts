import { type ConfigMap, deepEqual, forbidden, invalid, type Problem, tooLong } from "@peapod/api";
import { builtInStrategy, type Strategy } from "./strategy.ts";

const maxBytes = 1_048_576;

export const configMapStrategy: Strategy = {
  ...builtInStrategy,
  validate: (object, old) => validate(object as unknown as ConfigMap, old as unknown as ConfigMap | undefined),
};

function validate(map: ConfigMap, old: ConfigMap | undefined): readonly Problem[] {
  const data = map.data ?? {};
  const binary = map.binaryData ?? {};
  const problems = [
    ...validateKeys(Object.keys(data), "data"),
    ...Object.keys(data)
      .filter((key) => key in binary)
      .map((key) => invalid(`data[${key}]`, key, `duplicate of key present in binaryData`)),
    ...validateKeys(Object.keys(binary), "binaryData"),
  ];
  const bytes =
    Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value), 0) +
    Object.values(binary).reduce((sum, value) => sum + Buffer.byteLength(value, "base64"), 0);
  if (bytes > maxBytes) problems.push(tooLong("", maxBytes));
  if (old?.immutable) {
    const sentence = "field is immutable when `immutable` is set";
    if (!map.immutable) problems.push(forbidden("immutable", sentence));
    if (!deepEqual(data, old.data ?? {})) problems.push(forbidden("data", sentence));
    if (!deepEqual(binary, old.binaryData ?? {})) problems.push(forbidden("binaryData", sentence));
  }
  return problems;
}

/** Keys of configuration become file names. */
export function validateKeys(keys: readonly string[], path: string): readonly Problem[] {
  return keys.flatMap((key) => keyProblems(key).map((sentence) => invalid(`${path}[${key}]`, key, sentence)));
}

function keyProblems(key: string): readonly string[] {
  if (key.length > 253) return ["must be no more than 253 characters"];
  if (key === ".") return ["must not be '.'"];
  if (key === "..") return ["must not be '..'"];
  if (key.startsWith("..")) return ["must not start with '..'"];
  return /^[-._a-zA-Z0-9]+$/.test(key)
    ? []
    : [
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ];
}
