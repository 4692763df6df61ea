import type { InterfaceSpec } from "../../binding/types.ts";

/**
 * A client that says it will not have its address (DHCPDECLINE, because somebody answered for it) is not heard: dnsmasq would give it
 * none for ten minutes, and there is no other one. Clients say first what kind of message theirs is.
 */
const ignoreDeclines = "udp dport 67 @th,1984,24 0x350104 drop";

/**
 * Address translation of a masqueraded guest. What comes in on the pod's interface, or from its node (`veth0` is the coordinator's
 * way to it), goes to the guest: all of it, or the listed TCP and UDP ports; so does what the pod sends to 127.0.0.1 (IPv6 has no
 * way for that). What the guest sends leaves with the pod's address.
 */
export function renderMasqueradeNft(options: {
  readonly family: "ip" | "ip6";
  readonly table: string;
  readonly podInterface: string;
  readonly bridge: string;
  readonly gateway: string;
  readonly guest: string;
  /** Addresses that the guest may send from. */
  readonly sources: string;
  readonly interfaceSpec: Pick<InterfaceSpec, "ports" | "portRanges">;
}): string {
  const { family, table, podInterface, bridge, gateway, guest, sources } = options;
  const matches = portMatches(options.interfaceSpec);
  const each = (before: string, after: string): string =>
    matches.map((match) => `    ${[before, match, after].filter((part) => part !== "").join(" ")}`).join("\n");
  const fromPod = `
  chain output {
    type nat hook output priority -100;
${each("ip daddr 127.0.0.1", `dnat to ${guest}`)}
  }`;
  const asGateway = `
  chain from_pod {
${each("ip saddr 127.0.0.1", `snat to ${gateway}`)}
  }
  chain to_server {
    type filter hook input priority filter;
    iifname "${bridge}" ${ignoreDeclines}
  }`;
  return `${replaceTable(family, table)}table ${family} ${table} {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    iifname { "${podInterface}", "veth0" } jump to_guest
  }${family === "ip" ? fromPod : ""}
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ${family} saddr ${sources} masquerade${family === "ip" ? `\n    oifname "${bridge}" jump from_pod` : ""}
  }
  chain to_guest {
${each("", `dnat to ${guest}`)}
  }${family === "ip" ? asGateway : ""}
}
`;
}

/**
 * Keeps DHCP and router advertisements of a bridged guest inside its pod: every pod of a network hears the broadcasts of all others,
 * and its server would answer their guests. Other servers' words stay outside: the guest has the address that its pod was given.
 */
export function renderDhcpFence(options: { readonly table: string; readonly nic: string }): string {
  const { table, nic } = options;
  return `${replaceTable("bridge", table)}table bridge ${table} {
  chain prerouting {
    type filter hook prerouting priority -300;
    iifname "${nic}" ether type ip udp dport { 67, 68 } drop
    ether type ip ${ignoreDeclines}
    iifname "${nic}" ether type ip6 udp dport { 546, 547 } drop
    iifname "${nic}" ether type ip6 icmpv6 type { nd-router-solicit, nd-router-advert } drop
  }
  chain postrouting {
    type filter hook postrouting priority 300;
    oifname "${nic}" ether type ip udp dport { 67, 68 } drop
    oifname "${nic}" ether type ip6 udp dport { 546, 547 } drop
    oifname "${nic}" ether type ip6 icmpv6 type { nd-router-solicit, nd-router-advert } drop
  }
}
`;
}

/**
 * Lets the kernel remember which addresses a guest uses: what it says of itself by ARP and neighbour discovery, the last sixteen of each
 * family, for an hour. A copy of what tells of an address that was not among them goes to loopback, which drops it: a set's elements
 * are told to nobody, but loopback's frames are counted where it costs nothing to look.
 *
 * @param options.hook  where the guest's frames pass on its link: they come in by a tap, and leave by a macvtap
 */
export function renderAddressWatch(options: {
  readonly hook: "ingress" | "egress";
  readonly table: string;
  readonly tap: string;
}): string {
  const { hook, table, tap } = options;
  const set = (type: string): string => `type ${type}; flags dynamic, timeout; timeout 1h; size 16;`;
  const learn = (match: string, field: string, name: string): string => `
    ${match} ${field} != @${name} dup to "lo"
    ${match} update @${name} { ${field} }`;
  const arp = learn("ether type arp arp saddr ip != 0.0.0.0", "arp saddr ip", "ipv4");
  const discovery = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }";
  const nd = learn(`ether type ip6 ${discovery} ip6 saddr != ::`, "ip6 saddr", "ipv6");
  return `${replaceTable("netdev", table)}table netdev ${table} {
  set ipv4 { ${set("ipv4_addr")} }
  set ipv6 { ${set("ipv6_addr")} }
  chain watch {
    type filter hook ${hook} device "${tap}" priority 0;${arp}${nd}
  }
}
`;
}

/** Removes a table whether it is there or not, as part of the same transaction. */
export function replaceTable(family: string, table: string): string {
  return `add table ${family} ${table}\ndelete table ${family} ${table}\n`;
}

/** One match for each protocol that has ports; one that matches everything when none is listed. */
function portMatches({ ports = [], portRanges = [] }: Pick<InterfaceSpec, "ports" | "portRanges">): readonly string[] {
  if (ports.length === 0 && portRanges.length === 0) return [""];
  return ["tcp", "udp"].flatMap((protocol) => {
    const isIts = (item: { readonly protocol?: string | undefined }): boolean =>
      (item.protocol ?? "TCP").toLowerCase() === protocol;
    const listed = [
      ...ports.filter(isIts).map(({ port }) => String(port)),
      ...portRanges.filter(isIts).map(({ start, end }) => (start === end ? String(start) : `${start}-${end}`)),
    ];
    return listed.length === 0 ? [] : [`${protocol} dport { ${[...new Set(listed)].join(", ")} }`];
  });
}
