import type { Kind, PolicyRule } from "@peapod/api";
import type { Declared } from "./guarded-client.ts";
import type { Write } from "./types.ts";

/**
 * The rules that controllers need, from what they declare: reads are got, listed and watched, writes as they are named, and
 * everyone may write Events. Resources of one group that need the same verbs share a rule; the order is fixed.
 */
export function renderRbac(controllers: readonly Declared[]): readonly PolicyRule[] {
  const verbs = new Map<string, { readonly group: string; readonly resource: string; readonly verbs: Set<string> }>();
  const grant = (group: string, resource: string, granted: readonly string[]) => {
    const id = `${group}/${resource}`;
    const entry = verbs.get(id) ?? { group, resource, verbs: new Set<string>() };
    verbs.set(id, entry);
    for (const verb of granted) entry.verbs.add(verb);
  };
  for (const controller of controllers) {
    for (const kind of [controller.for, ...controller.reads]) grant(kind.group, kind.plural, ["get", "list", "watch"]);
    for (const write of controller.writes) {
      grant(write.kind.group, write.kind.plural, ["get"]);
      for (const verb of write.verbs) grant(write.kind.group, ...permissionOf(write.kind, verb));
    }
    grant("", "events", ["create", "patch"]);
  }
  const rules = new Map<string, PolicyRule>();
  const sorted = [...verbs.values()].sort((a, b) => compare(a.group, b.group) || compare(a.resource, b.resource));
  for (const { group, resource, verbs } of sorted) {
    const list = [...verbs].sort();
    const id = `${group} ${list.join()}`;
    const rule = rules.get(id);
    rules.set(id, { apiGroups: [group], resources: [...(rule?.resources ?? []), resource], verbs: list });
  }
  return [...rules.values()];
}

function permissionOf(kind: Kind, verb: Write["verbs"][number]): [resource: string, verbs: readonly string[]] {
  const status = kind.subresources?.status ? `${kind.plural}/status` : kind.plural;
  switch (verb) {
    case "updateStatus":
      return [status, ["update"]];
    case "patchStatus":
      return [status, ["patch"]];
    case "bind":
      return [`${kind.plural}/binding`, ["create"]];
    case "evict":
      return [`${kind.plural}/eviction`, ["create"]];
    default:
      return [kind.plural, [verb]];
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
