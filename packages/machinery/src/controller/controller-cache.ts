import type { Kind, KubeObject } from "@peapod/api";
import { keyOf } from "../client/paths.ts";
import type { Informer } from "../informer/informer.ts";
import { nameOf } from "./guarded-client.ts";
import type { Cache } from "./types.ts";

/**
 * The cached reads of one controller.
 *
 * @param informers  by `nameOf(kind)`; any other kind throws
 */
export function cacheOf(controllerName: string, informers: ReadonlyMap<string, Informer<KubeObject>>): Cache {
  const storeOf = <T extends KubeObject>(kind: Kind<T>) => {
    const informer = informers.get(nameOf(kind));
    if (informer === undefined) {
      throw new Error(`The controller "${controllerName}" may not read ${nameOf(kind)}: declare it in its \`reads\``);
    }
    return informer.store;
  };
  // Stores are filled from lists and watches of their kind alone, so what is in one has its type.
  return {
    get: <T extends KubeObject>(kind: Kind<T>, key: { namespace?: string | undefined; name: string }) =>
      storeOf(kind).get(keyOf({ metadata: key })) as T | undefined,
    list: <T extends KubeObject>(kind: Kind<T>, filter: Parameters<Cache["list"]>[1] = {}) => {
      const store = storeOf(kind);
      const { namespace, index } = filter;
      const objects =
        index !== undefined
          ? store.listByIndex(index.name, index.value)
          : namespace !== undefined
            ? store.listByIndex("namespace", namespace)
            : store.list();
      const isWanted = ({ metadata }: KubeObject) => namespace === undefined || metadata.namespace === namespace;
      return (index === undefined ? objects : objects.filter(isWanted)) as readonly T[];
    },
  };
}
