import type { Json } from "./json.ts";

/**
 * Puts the items of a merged list in order: those that a patch names in the patch's order, the others in theirs, and both woven
 * together so that another comes first only where it stood before the named one already. New named items win over others.
 */
export function orderItems(lists: {
  readonly wanted: readonly Json[];
  readonly others: readonly Json[];
  /** The patch's order. */
  readonly wantedOrder: readonly Json[];
  /** The order before the patch. */
  readonly otherOrder: readonly Json[];
  readonly isSame: (a: Json, b: Json) => boolean;
}): readonly Json[] {
  const { otherOrder, isSame } = lists;
  const position = (order: readonly Json[], item: Json) => order.findIndex((other) => isSame(other, item));
  const inOrder = (items: readonly Json[], order: readonly Json[]) =>
    items.toSorted((a, b) => position(order, a) - position(order, b));
  const wanted = [...inOrder(lists.wanted, lists.wantedOrder)];
  const others = [...inOrder(lists.others, otherOrder)];
  const result: Json[] = [];
  while (wanted.length > 0 && others.length > 0) {
    const [other, next] = [position(otherOrder, others[0]), position(otherOrder, wanted[0])];
    const isOtherFirst = other >= 0 && next >= 0 && other < next;
    result.push(isOtherFirst ? others.shift() : wanted.shift());
  }
  return [...result, ...wanted, ...others];
}
