import { isRecord } from "../deep-equal.ts";
import type { ObjectMeta } from "../meta.ts";
import { pathSegment } from "../names.ts";
import { validateObjectMeta } from "../object-meta.ts";
import { childPath, type Problem, required } from "../problem.ts";

/** An object inside an object says what it is, and its metadata keep to the rules; a name it may still lack. */
export function validateEmbeddedResource(value: unknown, path: string): Problem[] {
  if (!isRecord(value)) return [];
  const problems: Problem[] = [];
  for (const field of ["apiVersion", "kind"]) {
    if (typeof value[field] !== "string" || value[field] === "") problems.push(required(childPath(path, field)));
  }
  const { metadata } = value;
  if (!isRecord(metadata)) return problems;
  const meta: ObjectMeta = { name: "unnamed", ...metadata }; // its types were checked by the schema
  const namespaced = typeof metadata["namespace"] === "string" && metadata["namespace"] !== "";
  return [
    ...problems,
    ...validateObjectMeta(meta, { namespaced, nameRule: pathSegment, path: childPath(path, "metadata") }),
  ];
}
