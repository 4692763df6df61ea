import { replaceTable } from "../../render/binding/nft.ts";
import { masqueradeMark, type ServiceTable } from "./table.ts";

export interface TableNames {
  /** `peapod_ab12cd_services` */
  readonly table: string;
  /** Begins every link of the instance: `ppab12cd` */
  readonly prefix: string;
  /** `10.244.0.0/16`: who is not of it is no client of the cluster's own, and is translated to the node. */
  readonly podNetwork: string;
}

const empty: ServiceTable = { sets: new Map(), chains: new Map(), elements: new Map() };

/** One transaction that makes the whole table, whatever there is of it. */
export function renderWhole(wanted: ServiceTable, names: TableNames): string {
  return `${replaceTable("ip", names.table)}${renderFrame(names)}${renderChange(empty, wanted, names)}`;
}

/** One transaction from what is there to what is wanted; `""` when they are the same. */
export function renderChange(from: ServiceTable, to: ServiceTable, { table }: TableNames): string {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  for (const [name, body] of to.sets) if (!from.sets.has(name)) say(`add set ip ${table} ${name} { ${body} }`);
  for (const name of to.chains.keys()) if (!from.chains.has(name)) say(`add chain ip ${table} ${name}`);
  for (const [element, verdict] of from.elements) {
    if (to.elements.get(element) === verdict) continue;
    const { holder, key } = readElement(element);
    say(`delete element ip ${table} ${holder} { ${key} }`);
  }
  for (const [name, rules] of to.chains) {
    const before = from.chains.get(name);
    if (before && isSame(before, rules)) continue;
    if (before) say(`flush chain ip ${table} ${name}`);
    for (const rule of rules) say(`add rule ip ${table} ${name} ${rule}`);
  }
  for (const [element, verdict] of to.elements) {
    if (from.elements.get(element) === verdict) continue;
    const { holder, key } = readElement(element);
    say(`add element ip ${table} ${holder} { ${verdict === "" ? key : `${key} : ${verdict}`} }`);
  }
  // All are emptied before the first one goes: they lead to each other.
  const gone = [...from.chains.keys()].filter((name) => !to.chains.has(name));
  for (const name of gone) say(`flush chain ip ${table} ${name}`);
  for (const name of gone) say(`delete chain ip ${table} ${name}`);
  for (const name of from.sets.keys()) if (!to.sets.has(name)) say(`delete set ip ${table} ${name}`);
  return lines.map((line) => `${line}\n`).join("");
}

function readElement(element: string): { readonly holder: string; readonly key: string } {
  const space = element.indexOf(" ");
  return { holder: element.slice(0, space), key: element.slice(space + 1) };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((rule, index) => rule === b[index]);
}

/**
 * What is there for any services. Pods of other instances of this machine have tables of their own: their packets are theirs, also
 * where both have a service of the same address. (`ppp…` is nobody's pods: instances are named in hexadecimal digits.)
 */
function renderFrame({ table, prefix, podNetwork }: TableNames): string {
  return `table ip ${table} {
  set cluster-ips { type ipv4_addr; }
  map service-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
  map node-ports { type inet_proto . inet_service : verdict; }
  map refused-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
  map refused-ports { type inet_proto . inet_service : verdict; }
  chain services {
    ip daddr @cluster-ips ip saddr != ${podNetwork} meta mark set meta mark or ${masqueradeMark}
    ip daddr . meta l4proto . th dport vmap @service-ips
    ip daddr != 127.0.0.0/8 fib daddr type local meta l4proto . th dport vmap @node-ports
  }
  chain refuse {
    reject
  }
  chain refusals {
    ip daddr . meta l4proto . th dport vmap @refused-ips
    ip daddr @cluster-ips goto refuse
    fib daddr type local meta l4proto . th dport vmap @refused-ports
  }
  chain prerouting {
    type nat hook prerouting priority dstnat;
    iifname "pp*" iifname != "ppp*" iifname != "${prefix}*" return
    jump services
  }
  chain output {
    type nat hook output priority -100;
    jump services
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    meta mark and ${masqueradeMark} == ${masqueradeMark} meta mark set meta mark xor ${masqueradeMark} masquerade fully-random
  }
  chain filter-input {
    type filter hook input priority filter;
    ct state new jump refusals
  }
  chain filter-forward {
    type filter hook forward priority filter;
    iifname "pp*" iifname != "ppp*" iifname != "${prefix}*" return
    ct state new jump refusals
  }
  chain filter-output {
    type filter hook output priority filter;
    ct state new jump refusals
  }
}
`;
}
