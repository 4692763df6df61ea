import { having, ListMeta, listAtomic, object, type SchemaNode } from "@peapod/api";

/** The schema of a kind's list on the wire: `{1 metadata, 2 items}`. */
export function listSchema(item: SchemaNode): SchemaNode {
  const known = lists.get(item);
  if (known) return known;
  const schema = object({ metadata: having(ListMeta, { pb: 1 }), items: listAtomic(item, { pb: 2 }) });
  lists.set(item, schema);
  return schema;
}

const lists = new WeakMap<SchemaNode, SchemaNode>();
