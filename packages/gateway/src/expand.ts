import { VirtualMachine, validateStructural } from "@peapod/api";
import { ApiError, badRequest, describeProblem, failure } from "@peapod/machinery";
import type { Options } from "./read-options.ts";

/**
 * A machine with what its instancetype and preference say folded in. Neither exists in this Peapod, and admission refuses machines
 * that name one, so what comes in goes out; what names one is refused here as well.
 *
 * @throws {ApiError} BadRequest when it names one
 */
export function expandSpec(vm: VirtualMachine): VirtualMachine {
  for (const field of ["instancetype", "preference"] as const) {
    if (vm.spec[field] === undefined) continue;
    throw badRequest(`Cannot expand spec.${field}: this Peapod has none yet; write its values into spec.template`);
  }
  return vm;
}

/** The machine in a request's body. @throws {ApiError} BadRequest when it is none, with everything that is wrong as causes */
export function parseVirtualMachine(body: Options, namespace: string): VirtualMachine {
  if (Object.keys(body).length === 0) throw badRequest("empty request body");
  const { metadata } = body as { readonly metadata?: { readonly namespace?: unknown } };
  const theirs = metadata?.namespace;
  if (theirs !== undefined && theirs !== "" && theirs !== namespace) {
    throw badRequest(`VM namespace must be empty or ${namespace}`);
  }
  const problems = validateStructural(VirtualMachine.schema, body);
  if (problems.length > 0) {
    const causes = problems.map((problem) => ({ message: describeProblem(problem) }));
    throw new ApiError(failure("Object is not a valid VirtualMachine", { reason: "BadRequest", details: { causes } }));
  }
  return body as unknown as VirtualMachine; // the schema has just said so
}
