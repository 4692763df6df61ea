import { type Nic, nicKey, type Owner, ownerKey } from "./types.ts";

const none: ReadonlyMap<string, string> = new Map();

/** The MACs that interfaces keep. */
export class MacTable {
  readonly #macs = new Map<string, Map<string, string>>();
  readonly #owners = new Map<string, Owner>();
  readonly #holders = new Map<string, string>();

  /** By interface. */
  of(owner: Owner): ReadonlyMap<string, string> {
    return this.#macs.get(ownerKey(owner)) ?? none;
  }

  /** `default/web/eth0` */
  holder(mac: string): string | undefined {
    return this.#holders.get(mac);
  }

  owners(): ReadonlyMap<string, Owner> {
    return this.#owners;
  }

  /** @param mac  undefined: it is forgotten */
  set(nic: Nic, mac: string | undefined): void {
    const owner = ownerKey(nic);
    const macs = new Map(this.of(nic));
    const before = macs.get(nic.interface);
    if (before !== undefined && this.#holders.get(before) === nicKey(nic)) this.#holders.delete(before);
    if (mac === undefined) macs.delete(nic.interface);
    else {
      macs.set(nic.interface, mac);
      this.#holders.set(mac, nicKey(nic));
    }
    if (macs.size > 0) {
      this.#macs.set(owner, macs);
      this.#owners.set(owner, nic);
    } else {
      this.#macs.delete(owner);
      this.#owners.delete(owner);
    }
  }
}
