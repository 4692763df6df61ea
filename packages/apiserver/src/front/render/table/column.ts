import type { JsonValue, Kind, KubeObject } from "@peapod/api";
import { formatAge } from "./duration.ts";

export interface Column<T extends KubeObject = KubeObject> {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format?: string;
  readonly description: string;
  /** 0 is always shown, higher only with `-o wide`. */
  readonly priority?: number;
  /** Null where there is nothing to show; kubectl prints `<none>`. */
  readonly cell: (object: T, now: Date) => JsonValue;
}

/** The columns of one kind, with its type forgotten so that all can stand in one table. */
export interface KindColumns {
  /** `"group/Kind"` */
  readonly key: string;
  readonly columns: readonly Column[];
}

export function columnsOf<T extends KubeObject>(kind: Kind<T>, columns: readonly Column<T>[]): KindColumns {
  // They are looked up by the key of the kind whose objects they are then given.
  return { key: columnKey(kind), columns: columns as readonly Column[] };
}

export function columnKey({ group, kind }: Pick<Kind, "group" | "kind">): string {
  return `${group}/${kind}`;
}

export const nameColumn: Column = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name of the object, unique in its namespace.",
  cell: (object) => object.metadata.name ?? "",
};

/** A duration; kubectl prints the cell as it is. */
export const ageColumn: Column = {
  name: "Age",
  type: "string",
  description: "Time since the object was created.",
  cell: (object, now) => formatAge(object.metadata.creationTimestamp, now),
};

/** What kinds without a printer of their own have instead of an age. */
export const createdAtColumn: Column = {
  name: "Created At",
  type: "date",
  description: "When the object was created.",
  cell: (object) => object.metadata.creationTimestamp ?? null,
};

/** `a=b,c=d`, sorted, as selectors and labels are shown. */
export function formatLabels(labels: { readonly [key: string]: string } | undefined): string {
  const entries = Object.entries(labels ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? "<none>" : entries.map(([key, value]) => `${key}=${value}`).join(",");
}

/** The first few, then ` + 4 more...`. */
export function formatSome(values: readonly string[], most = 3): string {
  const shown = values.slice(0, most).join(",");
  return values.length > most ? `${shown} + ${values.length - most} more...` : shown;
}

/** An empty text is no text. */
export function orElse(text: string | undefined, otherwise: string): string {
  return text === undefined || text === "" ? otherwise : text;
}
