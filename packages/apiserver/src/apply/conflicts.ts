import { type ApiError, applyConflict } from "@peapod/machinery";
import type { Conflict } from "./apply.ts";
import { difference, type FieldSet, isEmptySet, members, printPath } from "./field-set.ts";
import type { Owner } from "./owners.ts";

/** The refusal of an apply, in the words that kubectl users know; one cause a field. */
export function conflictError(conflicts: readonly Conflict[]): ApiError {
  const fields = conflicts
    .flatMap(({ owner, fields }) =>
      [...members(fields)].map((path) => ({ by: printOwner(owner), at: printPath(path) })),
    )
    .sort((a, b) => (a.by < b.by ? -1 : a.by > b.by ? 1 : 0));
  const causes = fields.map(({ by, at }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${by}`,
    field: at,
  }));
  return applyConflict(sentence(fields), causes);
}

/** Conflicts that remain when some fields do not count. */
export function withoutFields(conflicts: readonly Conflict[], ignored: FieldSet): readonly Conflict[] {
  return conflicts
    .map(({ owner, fields }) => ({ owner, fields: difference(fields, ignored) }))
    .filter(({ fields }) => !isEmptySet(fields));
}

function sentence(fields: readonly { readonly by: string; readonly at: string }[]): string {
  const [first] = fields;
  if (fields.length === 1 && first) return `Apply failed with 1 conflict: conflict with ${first.by}: ${first.at}`;
  const lines: string[] = [];
  let last = "";
  for (const { by, at } of fields) {
    if (by !== last) lines.push(`conflicts with ${by}:`);
    last = by;
    lines.push(`- ${at}`);
  }
  return `Apply failed with ${fields.length} conflicts: ${lines.join("\n")}`;
}

function printOwner({ manager, subresource, operation, apiVersion }: Owner): string {
  const through =
    subresource === undefined || subresource === "" ? "" : ` with subresource ${JSON.stringify(subresource)}`;
  const using = operation === "Update" ? ` using ${apiVersion}` : "";
  return `${JSON.stringify(manager)}${through}${using}`;
}
