import type { Kind, KubeObject } from "@peapod/api";
import type { Client } from "@peapod/machinery";

/** One change that a watch told of. */
export interface Change<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: T;
  /** All objects share one counter, so changes of different kinds can be put in order. */
  readonly revision: number;
  /** When it arrived, in milliseconds since 1970. */
  readonly at: number;
}

/** Writes down every change of a kind from now on, as a client over the network sees them. */
export class Recorder<T extends KubeObject> implements AsyncDisposable {
  readonly changes: Change<T>[] = [];
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  static async start<T extends KubeObject>(client: Client, kind: Kind<T>, namespace: string): Promise<Recorder<T>> {
    const { resourceVersion } = await client.list(kind, { namespace });
    return new Recorder(client, kind, namespace, resourceVersion);
  }

  private constructor(client: Client, kind: Kind<T>, namespace: string, resourceVersion: string) {
    const { signal } = this.#stop;
    this.#ended = this.#follow(client.watch(kind, { namespace, resourceVersion, signal })).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    this.#ended.catch(() => {}); // told to whoever closes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #follow(events: ReturnType<Client["watch"]>): Promise<void> {
    for await (const event of events) {
      if (event.type === "BOOKMARK") continue;
      const object = event.object as T; // of the kind that was asked for
      this.changes.push({
        type: event.type,
        object,
        revision: Number(object.metadata.resourceVersion),
        at: Date.now(),
      });
    }
  }
}
