import { isValidQuantity, parseQuantity } from "../../quantity.ts";
import type { Quantity } from "../../schema.ts";

type Resources = { readonly [name: string]: Quantity } | undefined;

/** The amount of a resource, when it is there and not zero. */
export function amountOf(resources: Resources, name: "cpu" | "memory"): Quantity | undefined {
  const amount = resources?.[name];
  return amount !== undefined && isValidQuantity(amount) && parseQuantity(amount).nano !== 0n ? amount : undefined;
}
