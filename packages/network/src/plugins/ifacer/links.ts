import { run } from "@peapod/machinery/node";

/** A link of the machine that a network's interfaces may be made on. */
export interface ParentLink {
  readonly name: string;
  readonly kind: string | undefined;
  readonly vlanId: number | undefined;
  readonly isUp: boolean;
  readonly alternativeNames: readonly string[];
}

export async function observeParents(signal: AbortSignal): Promise<readonly ParentLink[]> {
  const options = { signal, timeoutMs: 20_000, maxOutputBytes: 16 * 1024 * 1024 };
  const { stdout } = await run(["ip", "-json", "-details", "link", "show"], options);
  return parseParents(stdout);
}

export function parseParents(text: string): readonly ParentLink[] {
  const items: unknown = JSON.parse(text);
  return (Array.isArray(items) ? items : []).map((item: Item) => ({
    name: String(item.ifname ?? ""),
    kind: item.linkinfo?.info_kind,
    vlanId: item.linkinfo?.info_kind === "vlan" ? item.linkinfo.info_data?.id : undefined,
    isUp: item.flags?.includes("UP") === true,
    alternativeNames: item.altnames ?? [],
  }));
}

/** The part of `ip -json -details link` that is read. */
interface Item {
  readonly ifname?: string;
  readonly flags?: readonly string[];
  readonly altnames?: readonly string[];
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: { readonly id?: number } };
}
