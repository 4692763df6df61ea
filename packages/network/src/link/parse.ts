import type { Link, Route } from "./types.ts";

/** @param text  output of `ip -json -details address show` */
export function parseLinks(text: string): readonly Link[] {
  return records(text).map((item) => {
    const info = record(item["linkinfo"]);
    const data = record(info["info_data"]);
    const addresses = Array.isArray(item["addr_info"]) ? item["addr_info"].map(record) : [];
    return {
      name: String(item["ifname"] ?? ""),
      kind: textOf(info["info_kind"]),
      mode: textOf(data["mode"]),
      mac: String(item["address"] ?? ""),
      mtu: Number(item["mtu"] ?? 0),
      isUp: Array.isArray(item["flags"]) && item["flags"].includes("UP"),
      master: textOf(item["master"]),
      addresses: addresses
        .filter((address) => address["local"] !== undefined)
        .map((address) => `${String(address["local"])}/${String(address["prefixlen"])}`),
      ownerUid: typeof data["user"] === "number" ? data["user"] : undefined,
      alternativeNames: Array.isArray(item["altnames"]) ? item["altnames"].map(String) : [],
    };
  });
}

/** @param text  output of `ip -json route show` or `ip -json -6 route show` */
export function parseRoutes(text: string): readonly Route[] {
  return (
    records(text)
      // Of the main table alone; where no other can be meant its name is left out.
      .filter(
        (item) =>
          (item["type"] === undefined || item["type"] === "unicast") &&
          ["main", undefined].includes(textOf(item["table"])),
      )
      .map((item) => {
        const gateway = textOf(item["gateway"]);
        // A preference is what IPv6 routes alone have.
        const isV6 = String(item["dst"] ?? "").includes(":") || gateway?.includes(":") || item["pref"] !== undefined;
        return {
          destination: destinationOf(String(item["dst"] ?? ""), isV6 === true),
          gateway,
          device: textOf(item["dev"]),
          isKernel: item["protocol"] === "kernel",
        };
      })
  );
}

function destinationOf(text: string, isV6: boolean): string {
  if (text === "default") return isV6 ? "::/0" : "0.0.0.0/0";
  return text.includes("/") ? text : `${text}/${isV6 ? 128 : 32}`;
}

function records(text: string): readonly Record<string, unknown>[] {
  const value: unknown = text.trim() === "" ? [] : JSON.parse(text);
  // Some versions print `{}` for what they were asked to leave out.
  return Array.isArray(value) ? value.map(record).filter((item) => Object.keys(item).length > 0) : [];
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
