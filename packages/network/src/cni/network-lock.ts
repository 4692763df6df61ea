/** Attaching and detaching go on side by side; tidying a network waits for them, and they for it. */
export class NetworkLocks {
  readonly #lines = new Map<string, Line>();

  /** For ADD, DEL and CHECK. */
  async shared<T>(network: string, work: () => Promise<T>): Promise<T> {
    const line = this.#line(network);
    const before = line.exclusive;
    const done = Promise.withResolvers<void>();
    line.shared.add(done.promise);
    try {
      await before;
      return await work();
    } finally {
      line.shared.delete(done.promise);
      done.resolve();
    }
  }

  /** For GC: alone, after all that began before it. */
  async exclusive<T>(network: string, work: () => Promise<T>): Promise<T> {
    const line = this.#line(network);
    const before = [line.exclusive, ...line.shared];
    const done = Promise.withResolvers<void>();
    line.exclusive = done.promise;
    try {
      await Promise.all(before);
      return await work();
    } finally {
      done.resolve();
    }
  }

  #line(network: string): Line {
    const line = this.#lines.get(network) ?? { shared: new Set<Promise<void>>(), exclusive: Promise.resolve() };
    this.#lines.set(network, line);
    return line;
  }
}

interface Line {
  readonly shared: Set<Promise<void>>;
  exclusive: Promise<void>;
}
