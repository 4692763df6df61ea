/** A network interface as `ip -json -details address` shows it. */
export interface Link {
  readonly name: string;
  /** `bridge`, `veth`, `dummy`, `tun`; undefined for a physical one. */
  readonly kind: string | undefined;
  /** Of a macvlan or macvtap: `bridge`, `private`, `vepa`, `passthru`. */
  readonly mode?: string | undefined;
  readonly mac: string;
  readonly mtu: number;
  readonly isUp: boolean;
  /** The bridge it is a port of. */
  readonly master: string | undefined;
  /** `10.244.0.5/24` */
  readonly addresses: readonly string[];
  /** Of a tap. */
  readonly ownerUid: number | undefined;
  readonly alternativeNames: readonly string[];
}

/** One line of `ip -json route`. */
export interface Route {
  /** `0.0.0.0/0`, `10.244.0.0/24`, `169.254.1.1/32` */
  readonly destination: string;
  readonly gateway: string | undefined;
  readonly device: string | undefined;
  /** True: the kernel made it for an address of the interface. */
  readonly isKernel: boolean;
}
