import { type Pod, type Quantity, quantityToMilli } from "@peapod/api";

/** Amounts by resource name, in thousandths: cores, bytes, devices. */
export type Amounts = ReadonlyMap<string, number>;

type PodSpec = NonNullable<Pod["spec"]>;
type Quantities = { readonly [name: string]: Quantity } | undefined;

/**
 * What a pod asks for: its containers together, or the largest of its init containers where that is more; init containers that keep
 * running count with the others.
 */
export function requestsOf(spec: PodSpec): Amounts {
  let running = sum(spec.containers.map(({ resources }) => amounts(resources?.requests)));
  let peak: Amounts = new Map();
  for (const { resources, restartPolicy } of spec.initContainers ?? []) {
    const own = amounts(resources?.requests);
    if (restartPolicy === "Always") running = sum([running, own]);
    peak = max(peak, own);
  }
  return sum([max(running, peak), amounts(spec.overhead)]);
}

export function amounts(quantities: Quantities): Amounts {
  return new Map(Object.entries(quantities ?? {}).map(([name, quantity]) => [name, quantityToMilli(quantity)]));
}

export function sum(parts: readonly Amounts[]): Amounts {
  const total = new Map<string, number>();
  for (const part of parts) for (const [name, amount] of part) total.set(name, (total.get(name) ?? 0) + amount);
  return total;
}

function max(a: Amounts, b: Amounts): Amounts {
  const result = new Map(a);
  for (const [name, amount] of b) result.set(name, Math.max(result.get(name) ?? 0, amount));
  return result;
}
