import type { Kind, KubeObject } from "@peapod/api";
import type { Client } from "../client/types.ts";
import type { Controller, Write } from "./types.ts";

type Verb = Write["verbs"][number];

/** The parts of a controller that say what it touches. */
export type Declared = Pick<
  Controller<KubeObject, unknown, { readonly do: string }>,
  "name" | "for" | "reads" | "writes"
>;

/**
 * A client that can do only what a controller declares: reads of `for`, `reads` and whatever it writes; writes as in `writes`.
 *
 * @param onWritten  told of every object that a write came back with
 */
export function guardClient(
  client: Client,
  controller: Declared,
  onWritten: (kind: Kind, object: KubeObject) => void = () => {},
): Client {
  const readable = new Set(
    [controller.for, ...controller.reads, ...controller.writes.map(({ kind }) => kind)].map(nameOf),
  );
  const writable = new Set(
    controller.writes.flatMap(({ kind, verbs }) => verbs.map((verb) => `${verb} ${nameOf(kind)}`)),
  );
  const mayRead = (kind: Kind) => {
    if (!readable.has(nameOf(kind))) throw undeclared(controller, `read ${nameOf(kind)}`, "reads");
  };
  const may = (verb: Verb, kind: Kind) => {
    if (!writable.has(`${verb} ${nameOf(kind)}`)) throw undeclared(controller, `${verb} ${nameOf(kind)}`, "writes");
  };
  const patchVerb = (subresource: string | undefined): Verb => (subresource === "status" ? "patchStatus" : "patch");
  const written = async <T extends KubeObject>(kind: Kind, answer: Promise<T>): Promise<T> => {
    const object = await answer;
    onWritten(kind, object);
    return object;
  };
  return {
    get: async (kind, key, options) => {
      mayRead(kind);
      return client.get(kind, key, options);
    },
    find: async (kind, key, options) => {
      mayRead(kind);
      return client.find(kind, key, options);
    },
    list: async (kind, options) => {
      mayRead(kind);
      return client.list(kind, options);
    },
    watch: (kind, options) => {
      mayRead(kind);
      return client.watch(kind, options);
    },
    create: async (kind, object, options) => {
      may("create", kind);
      return written(kind, client.create(kind, object, options));
    },
    update: async (kind, object, options) => {
      may("update", kind);
      return written(kind, client.update(kind, object, options));
    },
    updateStatus: async (kind, object, options) => {
      may("updateStatus", kind);
      return written(kind, client.updateStatus(kind, object, options));
    },
    patch: async (kind, key, patch, options) => {
      may(patchVerb(options?.subresource), kind);
      return written(kind, client.patch(kind, key, patch, options));
    },
    apply: async (kind, object, options) => {
      may(patchVerb(options.subresource), kind);
      return written(kind, client.apply(kind, object, options));
    },
    delete: async (kind, key, options) => {
      may("delete", kind);
      return client.delete(kind, key, options);
    },
    request: async (method, path, options) => {
      const verb = method === "POST" ? subresourceVerbs[path.slice(path.lastIndexOf("/") + 1)] : undefined;
      const kind = controller.writes.find((write) => verb !== undefined && write.verbs.includes(verb))?.kind;
      if (verb === undefined || kind === undefined || !path.includes(`/${kind.plural}/`)) {
        throw undeclared(controller, `${method} ${path}`, "writes");
      }
      return client.request(method, path, options);
    },
  };
}

/** What raw requests are for. */
const subresourceVerbs: Readonly<Record<string, Verb>> = { binding: "bind", eviction: "evict" };

export function nameOf(kind: Pick<Kind, "group" | "plural">): string {
  return kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
}

function undeclared(controller: Declared, what: string, list: string): Error {
  return new Error(`The controller "${controller.name}" may not ${what}: declare it in its \`${list}\``);
}
