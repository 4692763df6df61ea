/** Names of the links that belong to one pod interface, each within the kernel's 15 characters. */
export interface BindingNames {
  /** `k6t-eth0`, `k6t-37a8eec1ce1` */
  readonly bridge: string;
  /** `tap0`, `tap37a8eec1ce1` */
  readonly tap: string;
  /** `eth0-nic`, `37a8eec1ce1-nic` */
  readonly nic: string;
  /** `eth0-peer`, `37a8eec1ce1-pr` */
  readonly standInPeer: string;
  /** `peapod_eth0` */
  readonly nftTable: string;
}

/** What a tap is called that is to take the place of one which was deleted: `new0` for `tap0`. */
export function renewedTapName(tapName: string): string {
  return tapName.replace(/^tap/, "new");
}

/**
 * @param podInterfaceName  `eth0`, `net1`, or `pod` and eleven hex digits; the last form loses its `pod`, or names get too long
 */
export function bindingNames(podInterfaceName: string): BindingNames {
  const hash = /^pod([0-9a-f]{11})$/.exec(podInterfaceName)?.[1];
  const base = hash ?? podInterfaceName;
  const ordinal = /^(?:eth|net)(\d+)$/.exec(podInterfaceName)?.[1];
  return {
    bridge: `k6t-${base}`,
    tap: `tap${ordinal ?? base}`,
    nic: `${base}-nic`,
    standInPeer: hash === undefined ? `${base}-peer` : `${base}-pr`,
    nftTable: `peapod_${base.replaceAll(/[^a-zA-Z0-9_]/g, "_")}`,
  };
}
