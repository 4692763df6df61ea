/** Names on the machine that are an instance's: an audit finds all of them by their beginning. */
export interface HostNames {
  /** Begins every link and network namespace: `ppab12cd` */
  readonly prefix: string;
  /** The pod bridge: `ppab12cdbr` */
  readonly bridge: string;
  /** Begins every nft table: `peapod_ab12cd` */
  readonly nftTable: string;
}

/** @param instance  six hex digits */
export function hostNames(instance: string): HostNames {
  const prefix = `pp${instance}`;
  return { prefix, bridge: `${prefix}br`, nftTable: `peapod_${instance}` };
}

/** `ppab12cd-7`: the network namespace of the instance's guest number 7 */
export function podNamespaceName(instance: string, number: number): string {
  return `${hostNames(instance).prefix}-${number}`;
}

/** `ppab12cdv7`, `ppab12cdv7i1`: further name of the host's end of a pod's interface; the first one is its CNI plugin's. */
export function hostLinkName(instance: string, number: number, index: number): string {
  return `${hostNames(instance).prefix}v${number}${index === 0 ? "" : `i${index}`}`;
}

/** `ppab12cd-made-br1`: further name of a link that was made because a network of ours wanted it under a name of its own. */
export function madeLinkName(instance: string, link: string): string {
  return `${hostNames(instance).prefix}-made-${link}`;
}

/** Whether a further name says that some instance made the link. */
export function isMadeName(name: string): boolean {
  return /^pp[0-9a-f]{6}-made-/.test(name);
}
