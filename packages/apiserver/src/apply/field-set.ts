import type { JsonValue } from "@peapod/api";

/**
 * A set of fields, as a trie: which paths of an object somebody owns. Steps are written as in FieldsV1: `f:spec`,
 * `k:{"port":80}` (an item of a keyed list), `v:"x"` (an item of a set).
 */
export interface FieldSet {
  /** Is this node itself in the set? (The root never is.) */
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export type FieldPath = readonly string[];
export type FieldsV1 = { readonly [step: string]: JsonValue };

const noChildren: ReadonlyMap<string, FieldSet> = new Map();
export const emptySet: FieldSet = { member: false, children: noChildren };
export const leaf: FieldSet = { member: true, children: noChildren };

export function isEmptySet(set: FieldSet): boolean {
  return !set.member && set.children.size === 0;
}

/** A node from its parts, without branches that hold nothing. */
export function fieldSet(member: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  const kept = new Map<string, FieldSet>();
  for (const [step, child] of children) if (!isEmptySet(child)) kept.set(step, child);
  return kept.size === 0 ? (member ? leaf : emptySet) : { member, children: kept };
}

export function hasPath(set: FieldSet, path: FieldPath): boolean {
  let node: FieldSet | undefined = set;
  for (const step of path) node = node?.children.get(step);
  return node?.member ?? false;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a)) return b;
  if (isEmptySet(b) || a === b) return a;
  const children = new Map(a.children);
  for (const [step, child] of b.children) {
    const other = children.get(step);
    children.set(step, other ? union(other, child) : child);
  }
  return { member: a.member || b.member, children };
}

/** Members of both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const children: [string, FieldSet][] = [];
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    if (other) children.push([step, intersection(child, other)]);
  }
  return fieldSet(a.member && b.member, children);
}

/** Members of `a` that are not members of `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b)) return a;
  const children: [string, FieldSet][] = [];
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    children.push([step, other ? difference(child, other) : child]);
  }
  return fieldSet(a.member && !b.member, children);
}

/** `a` without the members of `b` and everything below them. */
export function without(a: FieldSet, b: FieldSet): FieldSet {
  const children: [string, FieldSet][] = [];
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    if (other?.member) continue;
    children.push([step, other ? without(child, other) : child]);
  }
  return fieldSet(a.member, children);
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  if (a.member !== b.member || a.children.size !== b.children.size) return false;
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    if (!other || !equalSets(child, other)) return false;
  }
  return true;
}

/** A set with one member. */
export function setOf(path: FieldPath): FieldSet {
  return path.reduceRight<FieldSet>((child, step) => ({ member: false, children: new Map([[step, child]]) }), leaf);
}

/** Every named field on the way to a member becomes one: an object goes when nobody names anything in it any more. */
export function withNamedFields(set: FieldSet): FieldSet {
  const children: [string, FieldSet][] = [];
  for (const [step, child] of set.children) {
    const inner = withNamedFields(child);
    children.push([step, step.startsWith("f:") ? { ...inner, member: true } : inner]);
  }
  return fieldSet(set.member, children);
}

/** All members, in order of their steps. */
export function* members(set: FieldSet, path: FieldPath = []): Generator<FieldPath> {
  if (set.member) yield path;
  for (const step of [...set.children.keys()].sort()) {
    const child = set.children.get(step);
    if (child) yield* members(child, [...path, step]);
  }
}

/** `.spec.ports[port=80].proto`, as conflicts name it. */
export function printPath(path: FieldPath): string {
  return path.map(printStep).join("");
}

/** `.port`, `[port=80]`, `[="x"]` */
export function printStep(step: string): string {
  const value = step.slice(2);
  if (step.startsWith("f:")) return `.${value}`;
  if (step.startsWith("v:")) return `[=${value}]`;
  if (step.startsWith("i:")) return `[${value}]`;
  const keys: Readonly<Record<string, unknown>> = JSON.parse(value);
  return `[${Object.entries(keys)
    .map(([key, item]) => `${key}=${JSON.stringify(item)}`)
    .join(",")}]`;
}

export function encodeFields(set: FieldSet): FieldsV1 {
  const result: Record<string, JsonValue> = {};
  if (set.member && set.children.size > 0) result["."] = {};
  for (const step of [...set.children.keys()].sort()) {
    const child = set.children.get(step);
    if (child) result[step] = encodeFields(child);
  }
  return result;
}

/** @returns undefined when it is no FieldsV1 */
export function decodeFields(fields: unknown): FieldSet | undefined {
  return decodeNode(fields, false);
}

function decodeNode(fields: unknown, isChild: boolean): FieldSet | undefined {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) return undefined;
  const entries = Object.entries(fields);
  if (entries.length === 0) return isChild ? leaf : emptySet;
  let member = false;
  const children = new Map<string, FieldSet>();
  for (const [step, inner] of entries) {
    if (step === ".") {
      member = true;
      continue;
    }
    const child = /^[fkvi]:/.test(step) ? decodeNode(inner, true) : undefined;
    if (!child || !isReadable(step)) return undefined;
    children.set(step, child);
  }
  return { member, children };
}

function isReadable(step: string): boolean {
  if (!/^[kv]:/.test(step)) return true;
  try {
    const value: unknown = JSON.parse(step.slice(2));
    return step.startsWith("v:") || (typeof value === "object" && value !== null);
  } catch {
    return false;
  }
}
