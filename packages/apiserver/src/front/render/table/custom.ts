import type { JsonValue, Kind, PrinterColumn } from "@peapod/api";
import { compileJsonPath, firstAt, type JsonPath } from "@peapod/machinery";
import { ageColumn, type Column, nameColumn } from "./column.ts";
import { formatAge } from "./duration.ts";

/** The columns that a custom resource declares, behind its name; Age where it declares none. */
export function customColumns({ printerColumns = [] }: Pick<Kind, "printerColumns">): readonly Column[] {
  return [nameColumn, ...(printerColumns.length === 0 ? [ageColumn] : printerColumns.map(customColumn))];
}

function customColumn({ name, type, jsonPath, description, format, priority }: PrinterColumn): Column {
  const path = tryParse(jsonPath);
  return {
    name,
    type,
    ...(format !== undefined && { format }),
    description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    ...(priority !== undefined && { priority }),
    cell: (object, now) => (path ? cellOf(type, firstAt(path, object), now) : null),
  };
}

/** A path that cannot be read shows nothing: a table is no place to fail in. */
function tryParse(path: string): JsonPath | undefined {
  try {
    return compileJsonPath(path);
  } catch {
    return undefined;
  }
}

/** A value of another type than the column's shows nothing. */
function cellOf(type: PrinterColumn["type"], value: unknown, now: Date): JsonValue {
  if (value === undefined || value === null) return null;
  switch (type) {
    case "string":
      return typeof value === "string" ? value : JSON.stringify(value);
    case "integer":
      return typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      return typeof value === "string" ? formatAge(value, now) : null;
  }
}
