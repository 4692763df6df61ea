import type { JsonValue } from "@peapod/api";
import { type FieldProblem, invalid, invalidValue, unsupportedValue } from "@peapod/machinery";
import { isObject } from "../apply/shape.ts";
import { readInteger } from "./list-options.ts";
import { isTrue } from "./request-info.ts";
import { dryRunProblems } from "./write-options.ts";

export type Propagation = "Foreground" | "Background" | "Orphan";

export interface DeleteOptions {
  readonly gracePeriodSeconds: number | undefined;
  readonly propagation: Propagation | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly dryRun: boolean;
}

const policies: readonly string[] = ["Foreground", "Background", "Orphan"];

/**
 * The options of a delete: from its body, or without one from the query.
 *
 * @throws {ApiError} Invalid, in Kubernetes' sentences
 */
export function readDeleteOptions(body: JsonValue | undefined, query: URLSearchParams): DeleteOptions {
  const given = isObject(body) ? fromBody(body) : fromQuery(query);
  const problems: FieldProblem[] = [];
  const { policy, orphan } = given;
  if (policy !== undefined && orphan !== undefined) {
    const sentence = "orphanDependents and deletionPropagation cannot be both set";
    problems.push(invalidValue("propagationPolicy", policy, sentence));
  } else if (policy !== undefined && !policies.includes(policy)) {
    problems.push(unsupportedValue("propagationPolicy", policy, [...policies, "nil"]));
  }
  problems.push(...dryRunProblems(given.dryRun));
  if (problems.length > 0) throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", problems);
  return {
    gracePeriodSeconds: given.grace,
    propagation: policy !== undefined ? (policy as Propagation) : orphanPolicy(orphan),
    uid: given.uid,
    resourceVersion: given.resourceVersion,
    dryRun: given.dryRun.length > 0,
  };
}

interface Given {
  readonly policy: string | undefined;
  readonly orphan: boolean | undefined;
  readonly grace: number | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly dryRun: readonly string[];
}

function fromBody(body: { readonly [key: string]: JsonValue }): Given {
  const { propagationPolicy, orphanDependents, gracePeriodSeconds, preconditions, dryRun } = body;
  const { uid, resourceVersion } = isObject(preconditions) ? preconditions : {};
  return {
    policy: typeof propagationPolicy === "string" ? propagationPolicy : undefined,
    orphan: typeof orphanDependents === "boolean" ? orphanDependents : undefined,
    grace: typeof gracePeriodSeconds === "number" ? gracePeriodSeconds : undefined,
    uid: typeof uid === "string" ? uid : undefined,
    resourceVersion: typeof resourceVersion === "string" ? resourceVersion : undefined,
    dryRun: Array.isArray(dryRun) ? dryRun.map(String) : [],
  };
}

function fromQuery(query: URLSearchParams): Given {
  return {
    policy: query.get("propagationPolicy") ?? undefined,
    orphan: query.has("orphanDependents") ? isTrue(query.get("orphanDependents")) : undefined,
    grace: readInteger(query.get("gracePeriodSeconds")),
    uid: undefined,
    resourceVersion: undefined,
    dryRun: query.getAll("dryRun").filter((value) => value !== ""),
  };
}

function orphanPolicy(orphan: boolean | undefined): Propagation | undefined {
  return orphan === undefined ? undefined : orphan ? "Orphan" : "Background";
}
