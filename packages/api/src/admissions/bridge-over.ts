/** What a pod's interface is: `macvlan` with its mode, `ipvlan`, `veth`, … */
export interface PodInterfaceKind {
  readonly kind: string | undefined;
  /** Of a macvlan interface; `bridge` if it is not said. */
  readonly mode: string | undefined;
}

/**
 * A bridge inside the pod gives the guest's frames to the pod's interface. One that takes frames of no MAC address but its own loses
 * them all; of those, only macvlan in mode passthru lets others through.
 */
export function canBridgeOver({ kind, mode = "bridge" }: PodInterfaceKind): boolean {
  return kind !== "ipvlan" && (kind !== "macvlan" || mode === "passthru");
}

/** Said at admission where the network is known by then, else by a condition and an Event. @param nic  the guest interface's name */
export function bridgeOverSentence(nic: string, { kind, mode = "bridge" }: PodInterfaceKind): string {
  const what = kind === "macvlan" ? `macvlan in mode ${mode}` : kind;
  return `Cannot bind interface "${nic}" by a bridge: its network is ${what}, which lets no other MAC address through than the pod's own; use passt or macvtap, or a network of another kind`;
}
