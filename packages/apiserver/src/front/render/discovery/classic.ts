import type { DiscoveredGroup, DiscoveredResource, DiscoveredVersion } from "./groups.ts";

/** `GET /api`. @param serverAddress  `127.0.0.1:6443` */
export function renderApiVersions(serverAddress: string) {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress }],
  };
}

/** `GET /apis` */
export function renderGroupList(groups: readonly DiscoveredGroup[]) {
  return { kind: "APIGroupList", apiVersion: "v1", groups: groups.filter(({ name }) => name !== "").map(groupEntry) };
}

/** `GET /apis/GROUP` */
export function renderGroup(group: DiscoveredGroup) {
  return { kind: "APIGroup", apiVersion: "v1", ...groupEntry(group) };
}

/** `GET /apis/GROUP/VERSION`, and `GET /api/v1`, which carries no apiVersion. */
export function renderResourceList(group: string, { version, resources }: DiscoveredVersion) {
  return {
    kind: "APIResourceList",
    ...(group !== "" && { apiVersion: "v1" }),
    groupVersion: groupVersion(group, version),
    resources: resources.flatMap((resource) => resourceEntries(group, version, resource)),
  };
}

function groupEntry({ name, versions }: DiscoveredGroup) {
  const entries = versions.map(({ version }) => ({ groupVersion: groupVersion(name, version), version }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

function resourceEntries(group: string, version: string, resource: DiscoveredResource) {
  const { name, singularName, namespaced, responseKind, verbs, shortNames, categories, storageVersionHash } = resource;
  const itself = responseKind && {
    name,
    singularName,
    namespaced,
    kind: responseKind.kind,
    verbs,
    ...(shortNames && { shortNames }),
    ...(categories && { categories }),
    ...(storageVersionHash !== undefined && { storageVersionHash }),
  };
  const below = resource.subresources.map((sub) => ({
    name: `${name}/${sub.name}`,
    singularName: "",
    namespaced,
    ...((sub.responseKind.group !== group || sub.responseKind.version !== version) && {
      group: sub.responseKind.group,
      version: sub.responseKind.version,
    }),
    kind: sub.responseKind.kind,
    verbs: sub.verbs,
  }));
  return itself ? [itself, ...below] : below;
}

export function groupVersion(group: string, version: string): string {
  return group === "" ? version : `${group}/${version}`;
}
