import { apiVersionOf, type Kind } from "@peapod/api";
import { bodyKinds, strategyOf } from "../kinds/built-in.ts";
import { eventConversion } from "../kinds/events.ts";
import type { Resource } from "./resource.ts";

/** Kinds that are another view of a stored one. */
const views: Readonly<Record<string, Pick<Resource, "storage" | "storedApiVersion"> & { readonly kind: string }>> = {
  "events.k8s.io/Event": { storage: "events", storedApiVersion: "v1", kind: "Event" },
};

/** Kinds that upstream warns of. */
const deprecations: Readonly<Record<string, string>> = {
  "/Endpoints": "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
};

/** A resource of Kubernetes itself; undefined for kinds that are only bodies of subresources. */
export function builtInResource(kind: Kind): Resource | undefined {
  const id = `${kind.group}/${kind.kind}`;
  if (bodyKinds.has(id)) return undefined;
  const view = views[id];
  const versions = [{ version: kind.version, deprecationWarning: deprecations[id] }, ...servedBeside(kind)];
  return {
    group: kind.group,
    plural: kind.plural,
    singular: kind.singular,
    kind: kind.kind,
    listKind: `${kind.kind}List`,
    namespaced: kind.namespaced,
    storage: view?.storage ?? storageName(kind),
    storedApiVersion: view?.storedApiVersion ?? apiVersionOf(kind),
    versions: versions.map(({ version, deprecationWarning }) => ({
      version,
      apiVersion: apiVersionOf(kind, version),
      kind,
      deprecationWarning,
      ...(view && { conversion: eventConversion }),
    })),
    strategy: strategyOf(kind),
    isCustom: false,
    schemaAge: 1,
  };
}

/** `pods`, `virtualmachines.kubevirt.io` */
export function storageName({ group, plural }: Pick<Kind, "group" | "plural">): string {
  return group === "" ? plural : `${plural}.${group}`;
}

function servedBeside(kind: Kind) {
  return (kind.alsoServed ?? []).map(({ version, deprecationWarning }) => ({ version, deprecationWarning }));
}
