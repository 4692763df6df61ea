import { CustomResourceDefinition } from "@peapod/api";
import { storageName } from "../registry/built-in.ts";
import { customResource } from "../registry/custom.ts";
import type { Registry } from "../registry/registry.ts";
import type { StoreEvent } from "../store/collection.ts";
import type { Store } from "../store/store.ts";
import type { TakenNames } from "./conditions.ts";
import { asDefinition } from "./definition-strategy.ts";

const storage = storageName(CustomResourceDefinition);

/**
 * Keeps the registry in step with the definitions in the store: what a definition defines is served before its write is answered.
 *
 * @returns the end of it
 */
export function serveDefinitions(store: Store, registry: Registry): () => void {
  const collection = store.collection(storage);
  let age = 1;
  const serve = (definition: CustomResourceDefinition) => {
    const { group, names } = definition.spec;
    if (!isEstablished(definition)) registry.remove(group, names.plural);
    else registry.put(customResource(definition, ++age));
  };
  const onEvent = ({ type, entry, previous }: StoreEvent) => {
    const definition = asDefinition(entry.parse());
    if (type === "DELETED") registry.remove(definition.spec.group, definition.spec.names.plural);
    // A status write changes nothing of what is served.
    else if (type === "ADDED" || !previous || !hasSameSpec(definition, asDefinition(previous.parse())))
      serve(definition);
  };
  for (const entry of collection.list()) serve(asDefinition(entry.parse()));
  return collection.subscribe({ onEvent });
}

/** The names that other definitions of the same group hold. */
export function takenNames(store: Store, definition: CustomResourceDefinition): TakenNames {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const entry of store.collection(storage).list()) {
    if (entry.name === definition.metadata.name) continue;
    const other = asDefinition(entry.parse());
    const names = other.status?.acceptedNames;
    if (other.spec.group !== definition.spec?.group || !names) continue;
    for (const name of [names.plural, names.singular, ...(names.shortNames ?? [])]) if (name) resources.add(name);
    for (const name of [names.kind, names.listKind]) if (name) kinds.add(name);
  }
  return { resources, kinds };
}

function isEstablished({ status }: CustomResourceDefinition): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === "Established" && is === "True") ?? false;
}

function hasSameSpec(a: CustomResourceDefinition, b: CustomResourceDefinition): boolean {
  return (
    a.metadata.generation === b.metadata.generation &&
    isEstablished(a) === isEstablished(b) &&
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp
  );
}
