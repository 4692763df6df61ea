import { type CoordinatorFacts, familyOf, type PodLink, type PodRoute, type PolicyRule } from "./facts.ts";

type Item = Record<string, unknown>;

/** @param text  what `ip -json -details address show` printed */
export function parsePodLinks(text: string): readonly (PodLink & { readonly index: number; readonly alias: string })[] {
  return items(text).map((item) => ({
    index: Number(item["ifindex"] ?? 0),
    name: String(item["ifname"] ?? ""),
    alias: String(item["ifalias"] ?? ""),
    mac: String(item["address"] ?? ""),
    peerIndex: typeof item["link_index"] === "number" ? item["link_index"] : undefined,
    addresses: list(item["addr_info"])
      .filter(({ local }) => typeof local === "string")
      .map(({ local, prefixlen }) => `${String(local)}/${String(prefixlen)}`),
  }));
}

/** @param text  what `ip -json route show table all` printed for one family */
export function parsePodRoutes(text: string, family: 4 | 6): readonly PodRoute[] {
  return items(text)
    .filter(({ type }) => type === undefined || type === "unicast")
    .map((item) => ({
      family,
      table: textOf(item["table"]) ?? "main",
      dst: String(item["dst"] ?? ""),
      gateway: textOf(item["gateway"]),
      device: textOf(item["dev"]),
      scope: textOf(item["scope"]),
      source: textOf(item["prefsrc"]),
      // IPv6 has a metric on every route; 1024 is what it is when nobody says one.
      metric: typeof item["metric"] === "number" && item["metric"] !== 1024 ? item["metric"] : undefined,
    }));
}

/** @param text  what `ip -json rule show` printed for one family */
export function parseRules(text: string, family: 4 | 6): readonly PolicyRule[] {
  return items(text).map((item) => ({
    family,
    source: String(item["src"] ?? "all"),
    table: String(item["table"] ?? ""),
    mark: textOf(item["fwmark"]),
  }));
}

/** Interfaces whose addresses are no way to the node: of containers, of other networks' plugins, and of ours. */
const notTheNodes =
  /^(lo$|docker|br-|cbr|dummy|virbr|lxc|veth|cali|flannel|kube-ipvs|cni|vx-submariner|cilium|pp[0-9a-f]{6})/;
const isOurs = /^(lo$|pp[0-9a-f]{6})/;

/**
 * @param links  of the node
 * @param got  what `ip -json route get` printed for each of the pod's addresses
 */
export function parseHost(links: ReturnType<typeof parsePodLinks>, got: readonly string[]): CoordinatorFacts["host"] {
  const addresses = links
    .filter(({ name }) => !notTheNodes.test(name))
    .flatMap(({ addresses: own }) => own.map((address) => address.replace(/\/.*$/, "")))
    .filter((address) => !address.startsWith("fe80:") && !address.startsWith("169.254."));
  const ways = got.flatMap(items).map(({ prefsrc, gateway, dev }) => ({
    source: textOf(prefsrc),
    isDirect: gateway === undefined && !isOurs.test(String(dev)),
  }));
  const sources = ways.map(({ source }) => source);
  const sourceOf = (family: 4 | 6): string | undefined =>
    sources.find((source) => source !== undefined && familyOf(source) === family && addresses.includes(source)) ??
    addresses.find((address) => familyOf(address) === family);
  return {
    addresses,
    sources: { 4: sourceOf(4), 6: sourceOf(6) },
    neighbour: ways.find(({ source, isDirect }) => isDirect && source !== undefined && familyOf(source) === 4)?.source,
    linksByIndex: new Map(links.map(({ index, name }) => [index, name])),
  };
}

function items(text: string): readonly Item[] {
  const value: unknown = text.trim() === "" ? [] : JSON.parse(text);
  return list(value);
}

/** `ip` prints empty objects for what it leaves out. */
function list(value: unknown): readonly Item[] {
  return Array.isArray(value) ? value.filter((item: Item) => item !== null && Object.keys(item).length > 0) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
