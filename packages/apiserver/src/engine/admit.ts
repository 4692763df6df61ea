import type { Admission, AdmissionReview, KubeObject } from "@peapod/api";
import { admissionDenied } from "@peapod/machinery";
import { storageName } from "../registry/built-in.ts";
import type { StoredObject } from "../store/entry.ts";
import { type Call, isKind } from "./call.ts";

type Operation = AdmissionReview["operation"];

/** The object as admission wants it. Only writes of whole objects are admitted; subresources are the server's own business. */
export function mutate(
  call: Call,
  operation: Operation,
  object: StoredObject,
  old: StoredObject | undefined,
): StoredObject {
  let result = object;
  for (const admission of admissionsOf(call)) {
    const asked = review(call, operation, result, old);
    call.warnings.push(...(admission.announce?.(asked) ?? []));
    if (!admission.mutate) continue;
    const mutated = admission.mutate(asked) as unknown as StoredObject;
    // Whatever it gives back is normalised and validated next.
    result = { ...mutated, apiVersion: result.apiVersion, kind: result.kind };
  }
  return result;
}

/**
 * Asks every admission for its opinion, and passes on what they warn of.
 *
 * @throws {ApiError} `admission webhook "NAME" denied the request: …` with a cause for each problem
 */
export function admit(call: Call, operation: Operation, object: StoredObject, old: StoredObject | undefined): void {
  for (const admission of admissionsOf(call)) {
    const asked = review(call, operation, object, old);
    const problems = admission.validate?.(asked) ?? [];
    if (problems.length > 0) throw admissionDenied(admission, object.metadata.name, problems);
    call.warnings.push(...(admission.warn?.(asked) ?? []));
  }
}

function admissionsOf({ engine, served, info }: Call): readonly Admission[] {
  if (info.subresource !== undefined) return [];
  return engine.admissions.filter(({ kind }) => isKind(kind, served.resource));
}

function review(
  { engine, user }: Call,
  operation: Operation,
  object: StoredObject,
  old: StoredObject | undefined,
): AdmissionReview {
  return {
    operation,
    object: object as unknown as KubeObject,
    oldObject: old as unknown as KubeObject | undefined,
    user: { username: user.username, groups: user.groups },
    now: engine.now(),
    random: engine.random,
    find: <O extends KubeObject>(
      kind: Parameters<AdmissionReview["find"]>[0],
      { namespace, name }: { readonly namespace?: string; readonly name: string },
    ) => {
      const entry = engine.store.get({ resource: storageName(kind), namespace: namespace ?? "", name });
      return entry?.parse() as unknown as O | undefined; // stored objects of a kind are of its type
    },
    list: <O extends KubeObject>(
      kind: Parameters<AdmissionReview["list"]>[0],
      { namespace }: { readonly namespace?: string } = {},
    ) => engine.store.listWithPending(storageName(kind), namespace).map((entry) => entry.parse() as unknown as O), // as above
  };
}
