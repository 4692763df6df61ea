import type { Store } from "../store/store.ts";
import { type Claims, claimsOf, type Holders } from "./allocate.ts";
import { specOf } from "./spec.ts";

/**
 * Who holds which address and which node port. Stored services are the truth: what they say is read at the start and follows every
 * change. What a write that is under way asks for is held until that write is stored, or has failed.
 */
export class ServiceAllocations implements Disposable {
  readonly #stored = new Map<string, Claims>();
  readonly #addresses = new Holdings();
  readonly #ports = new Holdings();
  readonly #end: () => void;

  constructor(store: Store) {
    for (const entry of store.collection("services").list()) {
      this.#follow(entry.key, claimsOf(specOf(entry.parse()) ?? {}));
    }
    this.#end = store.subscribe(({ entry, type }) => {
      if (entry.resource !== "services") return;
      this.#follow(entry.key, type === "DELETED" ? nothing : claimsOf(specOf(entry.parse()) ?? {}));
    });
  }

  readonly holders: Holders = {
    ofAddress: (address) => this.#addresses.holder(address),
    ofPort: (port) => this.#ports.holder(port),
  };

  /** Holds what a write is about to store. @returns the end of it, when the write is stored or will not be */
  hold(owner: string, { addresses, ports }: Claims): () => void {
    this.#addresses.add(owner, addresses);
    this.#ports.add(owner, ports);
    return () => {
      this.#addresses.remove(owner, addresses);
      this.#ports.remove(owner, ports);
    };
  }

  [Symbol.dispose](): void {
    this.#end();
  }

  #follow(owner: string, claims: Claims): void {
    const before = this.#stored.get(owner) ?? nothing;
    this.hold(owner, claims);
    this.#addresses.remove(owner, before.addresses);
    this.#ports.remove(owner, before.ports);
    if (claims.addresses.length + claims.ports.length === 0) this.#stored.delete(owner);
    else this.#stored.set(owner, claims);
  }
}

const nothing: Claims = { addresses: [], ports: [] };

/** Value → its owners, with how many of their writes name it. */
class Holdings {
  readonly #counts = new Map<number, Map<string, number>>();

  holder(value: number): string | undefined {
    return this.#counts.get(value)?.keys().next().value;
  }

  add(owner: string, values: readonly number[]): void {
    for (const value of values) {
      const owners = this.#counts.get(value) ?? new Map<string, number>();
      owners.set(owner, (owners.get(owner) ?? 0) + 1);
      this.#counts.set(value, owners);
    }
  }

  remove(owner: string, values: readonly number[]): void {
    for (const value of values) {
      const owners = this.#counts.get(value);
      const rest = (owners?.get(owner) ?? 0) - 1;
      if (rest > 0) owners?.set(owner, rest);
      else owners?.delete(owner);
      if (owners?.size === 0) this.#counts.delete(value);
    }
  }
}
