import type { IpFamily } from "@peapod/api";

/** How full a pool is. */
export interface Fullness {
  readonly name: string;
  readonly size: bigint;
  readonly used: number;
  /** How many of its addresses somebody else on the wire uses. */
  readonly onWire: number;
}

/** Every usable address of every candidate is held. Waiting helps: it heals when an address is released or a range added. */
export class PoolExhaustedError extends Error {
  override readonly name = "PoolExhaustedError";
  readonly pools: readonly string[];
  constructor(nic: string, family: IpFamily, pools: readonly Fullness[]) {
    const names = pools.map(({ name }) => name);
    const full = pools.map(({ name, size, used, onWire }) => {
      const others = onWire > 0 ? `, ${onWire} in use by others on the wire` : "";
      return `pool "${name}": ${used} of ${size} held${others}`;
    });
    super(
      `failed to allocate any IPv${family} IP address to NIC ${nic} from IPPools [${names.join(" ")}]: ` +
        `all IP addresses used out (${full.join(", ")})`,
    );
    this.pools = names;
  }
}

/** A manifest names a pool that is not there. */
export class UnknownPoolError extends Error {
  override readonly name = "UnknownPoolError";
  readonly pool: string;
  constructor(pool: string) {
    super(`failed to get original IPPool ${pool}: spiderippools.spiderpool.spidernet.io "${pool}" not found`);
    this.pool = pool;
  }
}

/** Somebody asks for one certain address, or MAC, that cannot be theirs. */
export class AddressUnavailableError extends Error {
  override readonly name = "AddressUnavailableError";
  constructor(nic: string, address: string, because: string) {
    super(`Cannot give "${nic}" the address ${address}: ${because}`);
  }
}

/** None of the pools that are named is for this pod. */
export class NoPoolError extends Error {
  override readonly name = "NoPoolError";
}

/** To throw within an expression. */
export function fail(error: Error): never {
  throw error;
}
