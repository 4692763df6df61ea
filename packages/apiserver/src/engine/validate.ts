import {
  deepEqual,
  nameRuleOf,
  type Problem,
  type SchemaNode,
  validateObjectMeta,
  validateObjectMetaUpdate,
  validateStructural,
  warnAboutFinalizers,
} from "@peapod/api";
import { badRequest, invalid } from "@peapod/machinery";
import { scaleProblems } from "../crd/scale.ts";
import { type Served, schemaOf } from "../registry/resource.ts";
import type { StoredObject } from "../store/entry.ts";
import { type Call, resourceNames } from "./call.ts";

/**
 * Refuses an object that is not what its kind may be; everything wrong is said at once.
 *
 * @param old  what was stored before: parts that did not change are not reported
 * @throws {ApiError} Invalid with causes; BadRequest for wrong types in Kubernetes' own kinds, whose decoder refuses them
 */
export function validateObject(call: Call, object: StoredObject, old: StoredObject | undefined): void {
  const { served } = call;
  const { resource, version } = served;
  if (!old || !deepEqual(object.metadata.finalizers, old.metadata.finalizers)) {
    call.warnings.push(...warnAboutFinalizers(object.metadata));
  }
  // Kubernetes looks at metadata twice on an update, and lists what it finds twice.
  const changed = old ? validateObjectMetaUpdate(object.metadata, old.metadata) : [];
  const metadata = [...changed, ...metadataProblems(served, object, old), ...changed];
  const structural = validateStructural(schemaOf(served), object, { old }).filter((problem) => !isTail(problem));
  const wrongType = resource.isCustom ? undefined : structural.find(({ reason }) => reason === "FieldValueTypeInvalid");
  if (wrongType) throw badRequest(decodingSentence(served, wrongType));
  const problems = [
    ...metadata,
    ...structural,
    ...(resource.isCustom ? scaleProblems(version.kind, object) : []),
    ...(resource.strategy.validate?.(object, old) ?? []),
  ];
  if (problems.length === 0) {
    call.warnings.push(...(resource.strategy.warn?.(object) ?? []));
    return;
  }
  if (problems.some(({ reason }) => blocking.has(reason)) && hasRules(schemaOf(served))) problems.push(rulesNotRun);
  throw invalid(resourceNames(served), object.metadata.name ?? "", problems);
}

function metadataProblems(
  { resource }: Served,
  object: StoredObject,
  old: StoredObject | undefined,
): readonly Problem[] {
  if (old && deepEqual(withoutVersion(object.metadata), withoutVersion(old.metadata))) return [];
  return validateObjectMeta(object.metadata, { namespaced: resource.namespaced, nameRule: nameRuleOf(resource) });
}

function withoutVersion({ resourceVersion: _, managedFields: __, ...metadata }: StoredObject["metadata"]) {
  return metadata;
}

/** What Go's decoder says when a field holds another type than its struct. */
function decodingSentence({ resource, version }: Served, { path, message }: Problem): string {
  const [, found = "value", wanted = "object"] =
    /^Invalid value: "(\w+)".* must be of type ([\w,]+):/.exec(message) ?? [];
  const types: Readonly<Record<string, string>> = { boolean: "bool", integer: "number" };
  const field = path.replace(/\[\d+\]/g, "");
  return `${resource.kind} in version "${version.version}" cannot be handled as a ${resource.kind}: json: cannot unmarshal ${types[found] ?? found} into Go struct field ${resource.kind}.${field} of type ${types[wanted] ?? wanted}`;
}

/** After these a rule could meet values that its schema does not let through. */
const blocking: ReadonlySet<Problem["reason"]> = new Set([
  "FieldValueRequired",
  "FieldValueNotSupported",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);

const rulesNotRun: Problem = {
  path: "<nil>",
  reason: "FieldValueInvalid",
  message:
    "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
};

/** It comes last, after problems that the schema's own walk does not see: it is said again at the end. */
function isTail({ path, message }: Problem): boolean {
  return path === rulesNotRun.path && message === rulesNotRun.message;
}

const known = new WeakMap<SchemaNode, boolean>();

export function hasRules(schema: SchemaNode): boolean {
  const found = known.get(schema);
  if (found !== undefined) return found;
  known.set(schema, false);
  const children = [schema.items, schema.additionalProperties, ...Object.values(schema.properties ?? {})];
  const answer =
    (schema["x-kubernetes-validations"]?.length ?? 0) > 0 ||
    children.some((child) => child !== undefined && typeof child === "object" && hasRules(child));
  known.set(schema, answer);
  return answer;
}
