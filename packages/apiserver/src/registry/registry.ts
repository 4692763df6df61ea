import type { Kind } from "@peapod/api";
import { builtInResource } from "./built-in.ts";
import type { Resource, Served } from "./resource.ts";
import { servedVersions } from "./served.ts";
import type { ServedResources } from "./types.ts";

/** All resources there are now: Kubernetes' own from the start, custom ones as their definitions come and go. */
export class Registry {
  readonly #resources = new Map<string, Resource>();
  readonly #listeners = new Set<(served: ServedResources) => void>();
  #served: ServedResources;

  constructor(builtIn: readonly Kind[]) {
    for (const kind of builtIn) {
      const resource = builtInResource(kind);
      if (resource) this.#resources.set(keyOf(resource.group, resource.plural), resource);
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

  all(): readonly Resource[] {
    return [...this.#resources.values()];
  }

  /** Adds a custom resource, or replaces the one that its definition defined before. */
  put(resource: Resource): void {
    this.#resources.set(keyOf(resource.group, resource.plural), resource);
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
