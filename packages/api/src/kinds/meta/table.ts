import { anyValue, type Infer, int32, listAtomic, object, optional, string } from "../../schema.ts";
import { ListMeta } from "./list-meta.ts";

export const TableColumnDefinition = object({
  name: string(),
  type: string(),
  format: string(),
  description: string(),
  priority: int32(),
});
export interface TableColumnDefinition extends Infer<typeof TableColumnDefinition> {}

export const TableRowCondition = object({
  type: string(),
  status: string(),
  reason: optional(string()),
  message: optional(string()),
});
export interface TableRowCondition extends Infer<typeof TableRowCondition> {}

export const TableRow = object({
  cells: listAtomic(anyValue()),
  conditions: optional(listAtomic(TableRowCondition)),
  object: optional(anyValue()),
});
export interface TableRow extends Infer<typeof TableRow> {}

export const Table = object({
  metadata: optional(ListMeta),
  columnDefinitions: listAtomic(TableColumnDefinition),
  rows: listAtomic(TableRow),
});
export interface Table extends Infer<typeof Table> {}
