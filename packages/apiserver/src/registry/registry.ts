import { apiVersionOf, type Kind, type SchemaNode } from "@peapod/api";
import type { Strategy } from "../kinds/strategy.ts";
import { builtInResource } from "./built-in.ts";
import type { Resource, Served } from "./resource.ts";
import { servedVersions } from "./served.ts";
import type { ServedResources } from "./types.ts";

/** All resources there are now: Kubernetes' own from the start, custom ones as their definitions come and go. */
export class Registry {
  readonly #resources = new Map<string, Resource>();
  /** Kubernetes' own kinds by apiVersion and kind, those that are only bodies included. */
  readonly #bodies = new Map<string, SchemaNode>();
  readonly #listeners = new Set<(served: ServedResources) => void>();
  #served: ServedResources;

  /** @param strategies  of kinds whose behaviour needs more than the kind itself, by `group/kind` */
  constructor(builtIn: readonly Kind[], strategies: Readonly<Record<string, Strategy>> = {}) {
    for (const kind of builtIn) {
      this.#bodies.set(`${apiVersionOf(kind)} ${kind.kind}`, kind.schema);
      const resource = builtInResource(kind);
      const strategy = strategies[`${kind.group}/${kind.kind}`];
      if (resource)
        this.#resources.set(keyOf(resource.group, resource.plural), { ...resource, ...(strategy && { strategy }) });
    }
    this.#served = this.#serve(1);
  }

  /** What is served under a group, version and plural. */
  find(group: string, version: string, plural: string): Served | undefined {
    const resource = this.#resources.get(keyOf(group, plural));
    const found = resource?.versions.find((one) => one.version === version);
    return resource && found && { resource, version: found };
  }

  resource(group: string, plural: string): Resource | undefined {
    return this.#resources.get(keyOf(group, plural));
  }

  /** The resource of a kind, as owner references and manifests name it. */
  ofKind(apiVersion: string, kind: string): Served | undefined {
    const slash = apiVersion.indexOf("/");
    const group = slash < 0 ? "" : apiVersion.slice(0, slash);
    const version = apiVersion.slice(slash + 1);
    for (const resource of this.#resources.values()) {
      if (resource.group !== group || resource.kind !== kind) continue;
      const found = resource.versions.find((one) => one.version === version);
      if (found) return { resource, version: found };
    }
    return undefined;
  }

  /** The kind of a collection's objects, for clients. */
  ofStorage(storage: string): Kind | undefined {
    for (const resource of this.#resources.values()) {
      const version = resource.versions.find(({ apiVersion }) => apiVersion === resource.storedApiVersion);
      if (resource.storage === storage && version) return version.kind;
    }
    return undefined;
  }

  /** The schema of a body that is no stored object: a Binding, an Eviction, a TokenRequest, a Scale. */
  bodySchema(apiVersion: string, kind: string): SchemaNode | undefined {
    return this.#bodies.get(`${apiVersion} ${kind}`);
  }

  all(): readonly Resource[] {
    return [...this.#resources.values()];
  }

  /** Adds a custom resource, or replaces the one that its definition defined before. */
  put(resource: Resource): void {
    this.#resources.set(keyOf(resource.group, resource.plural), resource);
    this.#changed();
  }

  /** Something beside the resources changed that documents show. */
  touch(): void {
    this.#changed();
  }

  remove(group: string, plural: string): void {
    if (this.#resources.delete(keyOf(group, plural))) this.#changed();
  }

  served(): ServedResources {
    return this.#served;
  }

  /** @returns the end of it */
  onChange(listener: (served: ServedResources) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    this.#served = this.#serve(this.#served.generation + 1);
    for (const listener of this.#listeners) listener(this.#served);
  }

  #serve(generation: number): ServedResources {
    return { generation, resources: this.all().flatMap(servedVersions) };
  }
}

function keyOf(group: string, plural: string): string {
  return `${group}/${plural}`;
}
