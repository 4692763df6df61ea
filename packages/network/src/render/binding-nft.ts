import type { InterfaceSpec } from "../binding/types.ts";

/**
 * Address translation of a masqueraded guest. What comes in on the pod's interface goes to the guest: all of it, or the listed
 * TCP and UDP ports; so does what the pod sends to 127.0.0.1. What the guest sends leaves with the pod's address.
 */
export function renderMasqueradeNft(options: {
  readonly table: string;
  readonly podInterface: string;
  readonly bridge: string;
  readonly gateway: string;
  readonly guest: string;
  readonly interfaceSpec: Pick<InterfaceSpec, "ports" | "portRanges">;
}): string {
  const { table, podInterface, bridge, gateway, guest } = options;
  const matches = portMatches(options.interfaceSpec);
  const each = (before: string, after: string): string =>
    matches.map((match) => `    ${[before, match, after].filter((part) => part !== "").join(" ")}`).join("\n");
  return `${replaceTable("ip", table)}table ip ${table} {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    iifname "${podInterface}" jump to_guest
  }
  chain output {
    type nat hook output priority -100;
${each("ip daddr 127.0.0.1", `dnat to ${guest}`)}
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr ${guest} masquerade
    oifname "${bridge}" jump from_pod
  }
  chain to_guest {
${each("", `dnat to ${guest}`)}
  }
  chain from_pod {
${each("ip saddr 127.0.0.1", `snat to ${gateway}`)}
  }
}
`;
}

/**
 * Keeps DHCP of a bridged guest inside its pod: every pod of a network hears the broadcasts of all others, and its server would
 * answer their guests.
 */
export function renderDhcpFence(options: { readonly table: string; readonly nic: string }): string {
  const { table, nic } = options;
  return `${replaceTable("bridge", table)}table bridge ${table} {
  chain prerouting {
    type filter hook prerouting priority -300;
    iifname "${nic}" ether type ip udp dport { 67, 68 } drop
  }
  chain postrouting {
    type filter hook postrouting priority 300;
    oifname "${nic}" ether type ip udp dport { 67, 68 } drop
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
