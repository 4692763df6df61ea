import type { JsonValue, Kind, KubeObject } from "@peapod/api";
import { badRequest } from "@peapod/machinery";
import { builtInColumns } from "./built-in.ts";
import { ageColumn, type Column, createdAtColumn, nameColumn } from "./column.ts";
import { customColumns } from "./custom.ts";

export type IncludeObject = "None" | "Metadata" | "Object";

export interface TableOptions {
  readonly now: Date;
  /** Default `Metadata`. */
  readonly includeObject?: IncludeObject | undefined;
  readonly metaVersion?: "v1" | "v1beta1" | undefined;
  /** resourceVersion, continue and remainingItemCount of the list, or the resourceVersion of the one object. */
  readonly metadata?: TableMeta | undefined;
  /** False for all but the first event of a watch. */
  readonly withColumns?: boolean | undefined;
}

export interface TableMeta {
  readonly resourceVersion?: string | undefined;
  readonly continue?: string | undefined;
  readonly remainingItemCount?: number | undefined;
}

export interface RenderedTable {
  readonly kind: "Table";
  readonly apiVersion: string;
  readonly metadata: TableMeta;
  readonly columnDefinitions?: readonly ColumnDefinition[];
  readonly rows: readonly { readonly cells: readonly JsonValue[]; readonly object: unknown }[];
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

/** Objects as the table kubectl prints. A bookmark (an object without a name) becomes a row of empty cells. */
export function renderTable(kind: Kind, objects: readonly KubeObject[], options: TableOptions): RenderedTable {
  const { now, includeObject = "Metadata", metaVersion = "v1", metadata = {}, withColumns = true } = options;
  const columns = tableColumns(kind);
  return {
    kind: "Table",
    apiVersion: `meta.k8s.io/${metaVersion}`,
    metadata,
    ...(withColumns && { columnDefinitions: columns.map(definitionOf) }),
    rows: objects.map((object) => ({
      cells: columns.map((column, index) => cellOf(column, index, object, now)),
      object: includedObject(object, includeObject, metaVersion),
    })),
  };
}

/**
 * The query parameter of that name.
 *
 * @throws {ApiError} 400 for a value that is none
 */
export function parseIncludeObject(value: string | null): IncludeObject {
  if (value === null || value === "") return "Metadata";
  if (value === "None" || value === "Metadata" || value === "Object") return value;
  const must = "must be 'Metadata', 'Object', 'None', or empty";
  throw badRequest(`Unable to convert to Table as requested: includeObject: Invalid value: "${value}": ${must}`);
}

/** Kinds are constants, or live as long as their CRD does. */
const known = new WeakMap<Kind, readonly Column[]>();

function tableColumns(kind: Kind): readonly Column[] {
  const there = known.get(kind);
  if (there) return there;
  const columns = kind.builtIn
    ? (builtInColumns(kind) ?? [nameColumn, kind.printerColumns ? ageColumn : createdAtColumn])
    : customColumns(kind);
  known.set(kind, columns);
  return columns;
}

function cellOf({ cell }: Column, index: number, object: KubeObject, now: Date): JsonValue {
  if (object.metadata.name === undefined) return index === 0 ? "" : null;
  return cell(object, now);
}

function definitionOf({ name, type, format = "", description, priority = 0 }: Column): ColumnDefinition {
  return { name, type, format, description, priority };
}

function includedObject(object: KubeObject, include: IncludeObject, metaVersion: "v1" | "v1beta1"): unknown {
  if (include === "None") return null;
  if (include === "Object") return object;
  return { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${metaVersion}`, metadata: object.metadata };
}
