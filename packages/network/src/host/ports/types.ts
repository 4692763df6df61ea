/** What is wrong with the network's end of a pod's interface that is there. */
export type PortTrouble =
  /** The switch's database has no entry of it. */
  | { readonly is: "forgotten" }
  /** It is a port of no bridge any more. */
  | { readonly is: "loose"; readonly link: string; readonly bridge: string }
  /**
   * A link was set down: the node's end of the pair, or the bridge. `raise` it, where that is all it takes; `attach` the pod again, where
   * its routes went as well; `wait` for whom it belongs to.
   */
  | { readonly is: "down"; readonly link: string; readonly next: "raise" | "attach" | "wait" };

/** By the pod's uid, by the interface's name in the pod. */
export type PortTroubles = ReadonlyMap<string, ReadonlyMap<string, PortTrouble>>;
