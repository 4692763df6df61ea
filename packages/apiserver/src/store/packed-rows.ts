import type { Row } from "./journal.ts";

/** Rows whose bodies lie one after the other in one buffer, so that a batch moves between threads in one piece. */
export interface PackedRows {
  readonly heads: readonly (Omit<Row, "body"> & { readonly length: number })[];
  readonly bodies: ArrayBuffer;
}

export function packBodies(rows: readonly Row[]): PackedRows {
  let total = 0;
  for (const row of rows) total += row.body.byteLength;
  const bytes = new Uint8Array(total);
  let at = 0;
  const heads = rows.map(({ body, ...head }) => {
    bytes.set(body, at);
    at += body.byteLength;
    return { ...head, length: body.byteLength };
  });
  return { heads, bodies: bytes.buffer };
}

export function unpackBodies({ heads, bodies }: PackedRows): readonly Row[] {
  let at = 0;
  return heads.map(({ length, ...head }) => {
    const body = new Uint8Array(bodies, at, length);
    at += length;
    return { ...head, body };
  });
}
