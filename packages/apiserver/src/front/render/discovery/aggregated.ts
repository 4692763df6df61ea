import type { DiscoveredGroup, DiscoveredResource } from "./groups.ts";

/**
 * One document for all groups: `GET /api` with the core group alone, `GET /apis` with the others. Both versions of the format have
 * the same content, and a client that asked for v2beta1 only sees nothing at all in a v2 document.
 */
export function renderGroupDiscovery(groups: readonly DiscoveredGroup[], version: "v2" | "v2beta1") {
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: { ...(name !== "" && { name }), creationTimestamp: null },
      versions: versions.map(({ version: served, resources }) => ({
        version: served,
        resources: resources.map(resourceEntry),
        freshness: "Current",
      })),
    })),
  };
}

function resourceEntry(resource: DiscoveredResource) {
  const { name, singularName, namespaced, responseKind, verbs, shortNames, categories, subresources } = resource;
  return {
    resource: name,
    ...(responseKind && { responseKind }),
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singularName,
    verbs,
    ...(shortNames && { shortNames }),
    ...(categories && { categories }),
    ...(subresources.length > 0 && {
      subresources: subresources.map((sub) => ({
        subresource: sub.name,
        responseKind: sub.responseKind,
        verbs: sub.verbs,
      })),
    }),
  };
}
