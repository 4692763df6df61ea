/** Every usable address of every candidate is held. Waiting helps: it heals when an address is released or a range added. */
export class PoolExhaustedError extends Error {
  override readonly name = "PoolExhaustedError";
  readonly pools: readonly string[];
  constructor(owner: string, pools: readonly { readonly name: string; readonly size: bigint }[]) {
    const full = pools.map(({ name, size }) => `pool "${name}" has no free address (${size} of ${size} in use)`);
    super(`Cannot give "${owner}" an address: ${full.join(", ") || "no pool is named"}`);
    this.pools = pools.map(({ name }) => name);
  }
}

/** A manifest names a pool that is not there. */
export class UnknownPoolError extends Error {
  override readonly name = "UnknownPoolError";
  constructor(owner: string, pool: string) {
    super(`Cannot give "${owner}" an address: there is no pool "${pool}"`);
  }
}

/** Somebody asks for one certain address that cannot be theirs. */
export class AddressUnavailableError extends Error {
  override readonly name = "AddressUnavailableError";
  constructor(owner: string, address: string, because: string) {
    super(`Cannot give "${owner}" the address ${address}: ${because}`);
  }
}
