import type { ApiExtension } from "@peapod/machinery";
import type { ServedResource, ServedResources } from "../../../registry/types.ts";

/** What discovery lists: everything served, and the groups mounted beside it. */
export interface DiscoverySource {
  readonly served: ServedResources;
  readonly extensions: readonly ApiExtension[];
}

export interface DiscoveredVersion {
  readonly version: string;
  readonly resources: readonly DiscoveredResource[];
}

export interface DiscoveredGroup {
  /** `""` for the core group. */
  readonly name: string;
  /** Preferred first. */
  readonly versions: readonly DiscoveredVersion[];
}

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface DiscoveredResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  /** Absent where only subresources are served under this name. */
  readonly responseKind?: GroupVersionKind;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
  readonly subresources: readonly {
    readonly name: string;
    readonly responseKind: GroupVersionKind;
    readonly verbs: readonly string[];
  }[];
}

/** Groups in the order in which clients resolve short names: the core group, Kubernetes' own by their priority, then the rest by name. */
export function discoveredGroups({ served, extensions }: DiscoverySource): readonly DiscoveredGroup[] {
  const groups = new Map<string, Map<string, DiscoveredResource[]>>();
  const add = (group: string, version: string, resources: readonly DiscoveredResource[]): void => {
    const versions = groups.get(group) ?? new Map<string, DiscoveredResource[]>();
    groups.set(group, versions);
    versions.set(version, [...(versions.get(version) ?? []), ...resources]);
  };
  for (const resource of served.resources) add(resource.kind.group, resource.version, [discovered(resource)]);
  for (const extension of extensions) {
    for (const version of extension.versions) add(extension.group, version, extended(extension, version));
  }
  const preferred = preferredVersions({ served, extensions });
  return [...groups]
    .map(([name, versions]) => ({
      name,
      versions: [...versions]
        .map(([version, resources]) => ({
          version,
          resources: resources.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
        }))
        .toSorted((a, b) => byVersion(a.version, b.version, preferred.get(name))),
    }))
    .toSorted((a, b) => priority(b.name) - priority(a.name) || (a.name < b.name ? -1 : 1));
}

/** `v1` before `v1beta1` before `v1alpha3`, the larger number first; names of another form last, alphabetically. */
export function compareVersions(a: string, b: string): number {
  const left = parseVersion(a);
  const right = parseVersion(b);
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : a > b ? 1 : 0;
  return right.stability - left.stability || right.major - left.major || right.minor - left.minor;
}

function discovered({ kind, version, verbs, subresources, storageVersionHash }: ServedResource): DiscoveredResource {
  const own = { group: kind.group, version, kind: kind.kind };
  return {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    responseKind: own,
    verbs,
    ...(kind.shortNames && { shortNames: kind.shortNames }),
    ...(kind.categories && { categories: kind.categories }),
    ...(storageVersionHash !== undefined && { storageVersionHash }),
    subresources: subresources.map((sub) => ({ name: sub.name, responseKind: sub.kind ?? own, verbs: sub.verbs })),
  };
}

/** An extension names `virtualmachines/start` in a flat list; the resource itself may not be served at all. */
function extended({ group, resources }: ApiExtension, version: string): readonly DiscoveredResource[] {
  const byName = new Map<string, DiscoveredResource>();
  for (const { name, singularName, namespaced, kind, verbs } of resources) {
    if (name.includes("/")) continue;
    const responseKind = { group, version, kind };
    byName.set(name, { name, singularName, namespaced, responseKind, verbs, subresources: [] });
  }
  for (const { name, namespaced, kind, verbs } of resources) {
    const slash = name.indexOf("/");
    if (slash < 0) continue;
    const parent = name.slice(0, slash);
    const known = byName.get(parent) ?? { name: parent, singularName: "", namespaced, verbs: [], subresources: [] };
    const subresource = { name: name.slice(slash + 1), responseKind: { group, version, kind }, verbs };
    byName.set(parent, { ...known, subresources: [...known.subresources, subresource] });
  }
  return [...byName.values()];
}

function preferredVersions({ served, extensions }: DiscoverySource): ReadonlyMap<string, string> {
  const preferred = new Map<string, string>();
  for (const { group, versions } of extensions) if (versions[0] !== undefined) preferred.set(group, versions[0]);
  for (const resource of served.resources) if (resource.preferred) preferred.set(resource.kind.group, resource.version);
  return preferred;
}

function byVersion(a: string, b: string, preferred: string | undefined): number {
  if (a === b) return 0;
  if (a === preferred) return -1;
  if (b === preferred) return 1;
  return compareVersions(a, b);
}

function parseVersion(version: string) {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) return undefined;
  const stability = match[2] === undefined ? 2 : match[2] === "beta" ? 1 : 0;
  return { stability, major: Number(match[1]), minor: Number(match[3] ?? 0) };
}

/** Upstream's groupPriorityMinimum of the built-in APIServices; custom groups have 1000. */
const priorities: Readonly<Record<string, number>> = {
  "": 18_001,
  "apiregistration.k8s.io": 18_000,
  apps: 17_800,
  "events.k8s.io": 17_750,
  "authentication.k8s.io": 17_700,
  "authorization.k8s.io": 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  "certificates.k8s.io": 17_300,
  "networking.k8s.io": 17_200,
  policy: 17_100,
  "rbac.authorization.k8s.io": 17_000,
  "storage.k8s.io": 16_800,
  "apiextensions.k8s.io": 16_700,
  "admissionregistration.k8s.io": 16_700,
  "scheduling.k8s.io": 16_600,
  "coordination.k8s.io": 16_500,
  "node.k8s.io": 16_300,
  "discovery.k8s.io": 16_200,
};

function priority(group: string): number {
  return priorities[group] ?? 1_000;
}
