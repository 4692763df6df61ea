import type { Row } from "./journal.ts";
import type { PackedRows } from "./packed-rows.ts";

export interface WriterSettings {
  readonly path: string;
  readonly maxPages?: number | undefined;
}

export type WriterRequest =
  | { readonly do: "append"; readonly packed: PackedRows }
  | { readonly do: "compact"; readonly revision: number }
  | { readonly do: "read"; readonly revision: number }
  | { readonly do: "close" };

export type WriterAnswer =
  | { readonly ok: true; readonly rows?: readonly Row[] }
  | { readonly ok: false; readonly message: string; readonly sqliteCode: number | undefined };
