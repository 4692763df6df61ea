import { deepEqual, forbidden, invalid, type Problem, type Secret, tooLong } from "@peapod/api";
import type { StoredObject } from "../store/entry.ts";
import { validateKeys } from "./config-map.ts";
import { builtInStrategy, type Strategy } from "./strategy.ts";

const maxBytes = 1_048_576;

export const secretStrategy: Strategy = {
  ...builtInStrategy,
  prepareCreate: foldStringData,
  prepareUpdate: foldStringData,
  validate: (object, old) => validate(object as unknown as Secret, old as unknown as Secret | undefined),
};

/** `stringData` is for writing only: it becomes part of `data`. */
function foldStringData({ stringData, ...object }: StoredObject): StoredObject {
  if (!stringData) return object as StoredObject; // the rest still has what every object has
  const data: Record<string, unknown> = { ...(object["data"] as object) };
  for (const [key, value] of Object.entries(stringData)) data[key] = Buffer.from(String(value)).toString("base64");
  return { ...(object as StoredObject), data };
}

function validate(secret: Secret, old: Secret | undefined): readonly Problem[] {
  const data = secret.data ?? {};
  const problems = [...validateKeys(Object.keys(data), "data")];
  const bytes = Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value, "base64"), 0);
  if (bytes > maxBytes) problems.push(tooLong("data", maxBytes));
  if (!old) return problems;
  if (secret.type !== old.type) problems.push(invalid("type", secret.type ?? "", "field is immutable"));
  if (old.immutable) {
    if (!secret.immutable) problems.push(forbidden("immutable", "field is immutable when `immutable` is set"));
    if (!deepEqual(data, old.data ?? {})) {
      problems.push(forbidden("data", "field is immutable when `immutable` is set"));
    }
  }
  return problems;
}
