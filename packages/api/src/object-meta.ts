import { deepEqual } from "./deep-equal.ts";
import type { ObjectMeta, OwnerReference } from "./meta.ts";
import { asPrefix, dns1123Label, dns1123Subdomain, labelValue, type NameRule, qualifiedName } from "./names.ts";
import { childPath, forbidden, invalid, type Problem, required, tooLong } from "./problem.ts";

const maxAnnotationBytes = 262_144;

export interface ObjectMetaRules {
  readonly namespaced: boolean;
  /** Which names the kind allows; DNS subdomains unless said otherwise. */
  readonly nameRule?: NameRule | undefined;
  /** `"metadata"` unless the object is embedded in another. */
  readonly path?: string | undefined;
}

/** What Kubernetes checks in the metadata of any object that is written. */
export function validateObjectMeta(meta: ObjectMeta, rules: ObjectMetaRules): Problem[] {
  const path = rules.path ?? "metadata";
  return [
    ...validateName(meta, rules.nameRule ?? dns1123Subdomain, path),
    ...validateNamespace(meta.namespace ?? "", rules.namespaced, childPath(path, "namespace")),
    ...((meta.generation ?? 0) < 0
      ? [invalid(childPath(path, "generation"), meta.generation, "must be greater than or equal to 0")]
      : []),
    ...validateLabels(meta.labels ?? {}, childPath(path, "labels")),
    ...validateAnnotations(meta.annotations ?? {}, childPath(path, "annotations")),
    ...validateOwnerReferences(meta.ownerReferences ?? [], childPath(path, "ownerReferences")),
    ...(meta.finalizers ?? []).flatMap((finalizer) =>
      qualifiedName(finalizer).map((sentence) => invalid(childPath(path, "finalizers"), finalizer, sentence)),
    ),
    ...validateManagedFields(meta, childPath(path, "managedFields")),
  ];
}

/** What must not change from one version of an object to the next. Names and namespaces are the request path's business. */
export function validateObjectMetaUpdate(meta: ObjectMeta, old: ObjectMeta, path = "metadata"): Problem[] {
  const problems: Problem[] = [];
  if (old.deletionTimestamp !== undefined) {
    const added = (meta.finalizers ?? []).filter((finalizer) => !(old.finalizers ?? []).includes(finalizer));
    if (added.length > 0) {
      const list = `[]string{${added.map((finalizer) => JSON.stringify(finalizer)).join(", ")}}`;
      const sentence = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
      problems.push(forbidden(childPath(path, "finalizers"), sentence));
    }
  }
  for (const field of ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp"] as const) {
    if (!deepEqual(meta[field], old[field])) {
      problems.push(invalid(childPath(path, field), meta[field] ?? null, "field is immutable"));
    }
  }
  if ((meta.generation ?? 0) < (old.generation ?? 0)) {
    problems.push(invalid(childPath(path, "generation"), meta.generation ?? 0, "must not be decremented"));
  }
  return problems;
}

/** Sentences for `Warning:` headers. */
export function warnAboutFinalizers(meta: ObjectMeta): readonly string[] {
  // Kubernetes' own, from before names had domains; and Spiderpool's, which its admission and no user writes.
  const standard = new Set([
    "orphan",
    "foregroundDeletion",
    "kubernetes",
    "customresourcecleanup.apiextensions.k8s.io",
    "spiderpool.spidernet.io",
  ]);
  return (meta.finalizers ?? [])
    .filter((finalizer) => !finalizer.includes("/") && !standard.has(finalizer))
    .map(
      (finalizer) =>
        `metadata.finalizers: ${JSON.stringify(finalizer)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
    );
}

export function validateLabels(labels: { readonly [key: string]: string }, path: string): Problem[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedName(key).map((sentence) => invalid(path, key, sentence)),
    ...labelValue(value).map((sentence) => invalid(path, value, sentence)),
  ]);
}

export function validateAnnotations(annotations: { readonly [key: string]: string }, path: string): Problem[] {
  let bytes = 0;
  const problems = Object.entries(annotations).flatMap(([key, value]) => {
    bytes += utf8Length(key) + utf8Length(value);
    return qualifiedName(key.toLowerCase()).map((sentence) => invalid(path, key, sentence));
  });
  return bytes > maxAnnotationBytes ? [...problems, tooLong(path, maxAnnotationBytes)] : problems;
}

function validateName(meta: ObjectMeta, rule: NameRule, path: string): Problem[] {
  const generateName = meta.generateName ?? "";
  const name = meta.name ?? "";
  const wrongPrefix = generateName === "" ? [] : asPrefix(rule)(generateName);
  return [
    ...wrongPrefix.map((sentence) => invalid(childPath(path, "generateName"), generateName, sentence)),
    ...(name === ""
      ? [required(childPath(path, "name"), "name or generateName is required")]
      : rule(name).map((sentence) => invalid(childPath(path, "name"), name, sentence))),
  ];
}

function validateNamespace(namespace: string, namespaced: boolean, path: string): Problem[] {
  if (!namespaced) return namespace === "" ? [] : [forbidden(path, "not allowed on this type")];
  if (namespace === "") return [required(path)];
  return dns1123Label(namespace).map((sentence) => invalid(path, namespace, sentence));
}

function validateOwnerReferences(owners: readonly OwnerReference[], path: string): Problem[] {
  const problems: Problem[] = [];
  let controller: OwnerReference | undefined;
  for (const owner of owners) {
    const version = (owner.apiVersion ?? "").split("/").at(-1) ?? "";
    if (version === "") {
      problems.push(invalid(childPath(path, "apiVersion"), owner.apiVersion ?? "", "version must not be empty"));
    }
    for (const field of ["kind", "name", "uid"] as const) {
      if (!owner[field]) problems.push(invalid(childPath(path, field), "", "must not be empty"));
    }
    if (owner.kind === "Event" && /^(v1|events\.k8s\.io\/v1(beta1)?)$/.test(owner.apiVersion)) {
      const group = owner.apiVersion.includes("/") ? owner.apiVersion : `/${owner.apiVersion}`;
      problems.push(invalid(path, owner, `${group}, Kind=Event is disallowed from being an owner`));
    }
    if (!owner.controller) continue;
    if (controller) {
      const both = `${controller.kind}/${controller.name} and ${owner.kind}/${owner.name}`;
      const sentence = `Only one reference can have Controller set to true. Found "true" in references for ${both}`;
      problems.push(invalid(path, owners, sentence));
    }
    controller = owner;
  }
  return problems;
}

function validateManagedFields(meta: ObjectMeta, path: string): Problem[] {
  return (meta.managedFields ?? []).flatMap((entry) => {
    const problems: Problem[] = [];
    if (entry.operation !== "Apply" && entry.operation !== "Update") {
      problems.push(invalid(childPath(path, "operation"), entry.operation ?? "", "must be `Apply` or `Update`"));
    }
    if ((entry.fieldsType ?? "") !== "" && entry.fieldsType !== "FieldsV1") {
      problems.push(invalid(childPath(path, "fieldsType"), entry.fieldsType, "must be `FieldsV1`"));
    }
    return problems;
  });
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
