import type { VirtualMachineInstanceSpec } from "../../kinds/kubevirt/virtual-machine-instance-spec.ts";
import type { Problem } from "../../problem.ts";
import { canonicalQuantity, compareQuantities } from "../../quantity.ts";
import type { Quantity } from "../../schema.ts";
import { amountOf } from "../defaults/amounts.ts";
import type { Installation } from "../installation.ts";
import { cause } from "./cause.ts";

/** Memory and CPU: not negative, not less than is needed for anything, and no request beyond its limit. */
export function validateResources(spec: VirtualMachineInstanceSpec, path: string): Problem[] {
  const { requests, limits } = spec.domain.resources ?? {};
  return (["memory", "cpu"] as const).flatMap((name) => {
    const requestPath = `${path}.domain.resources.requests.${name}`;
    const limitPath = `${path}.domain.resources.limits.${name}`;
    const request = requests?.[name];
    const limit = limits?.[name];
    const problems = [...validateNotNegative(request, requestPath), ...validateNotNegative(limit, limitPath)];
    if (name === "memory" && isBetween(request, "0", "1M")) {
      problems.push(cause(requestPath, `${requestPath} '${print(request)}': must be greater than or equal to 1M.`));
    }
    if (isPositive(limit) && compareQuantities(request ?? 0, limit ?? 0) > 0) {
      const sentence = `${requestPath} '${print(request)}' is greater than ${limitPath} '${print(limit)}'`;
      problems.push(cause(requestPath, sentence));
    }
    return problems;
  });
}

/** Where memory can be plugged, upstream lets the guest have more than its limit; staged, it cannot. */
export function validateGuestLimit(
  spec: VirtualMachineInstanceSpec,
  path: string,
  { isStaged }: Pick<Installation, "isStaged">,
): Problem[] {
  const guest = spec.domain.memory?.guest;
  const limit = amountOf(spec.domain.resources?.limits, "memory");
  if (!isStaged || guest === undefined || limit === undefined || compareQuantities(guest, limit) <= 0) return [];
  const [field, limitField] = [`${path}.domain.memory.guest`, `${path}.domain.resources.limits.memory`];
  const sentence = `${field} '${print(guest)}' must be equal to or less than the memory limit ${limitField} '${print(limit)}'`;
  return [cause(field, sentence)];
}

/** Only an instance must say how much memory it wants: a template may leave it to what completes it. */
export function validateMemoryIsAsked(spec: VirtualMachineInstanceSpec, path: string): Problem[] {
  const { memory, resources } = spec.domain;
  if (amountOf(resources?.requests, "memory") !== undefined) return [];
  if (memory?.guest !== undefined || memory?.hugepages !== undefined) return [];
  const ways = ["memory.guest", "memory.hugepages.pageSize", "resources.requests.memory"];
  const [guest, pageSize, request] = ways.map((way) => `${path}.domain.${way}`);
  const sentence = `no memory requested, at least one of '${guest}', '${pageSize}' or '${request}' must be set`;
  return [cause(`${path}.domain.memory.guest`, sentence, "FieldValueRequired")];
}

function validateNotNegative(amount: Quantity | undefined, path: string): Problem[] {
  if (amount === undefined || compareQuantities(amount, 0) >= 0) return [];
  return [cause(path, `${path} '${print(amount)}': must be greater than or equal to 0.`)];
}

function isPositive(amount: Quantity | undefined): boolean {
  return amount !== undefined && compareQuantities(amount, 0) > 0;
}

function isBetween(amount: Quantity | undefined, above: Quantity, below: Quantity): boolean {
  return amount !== undefined && compareQuantities(amount, above) > 0 && compareQuantities(amount, below) < 0;
}

function print(amount: Quantity | undefined): string {
  return canonicalQuantity(amount ?? 0);
}
