import { PluginError, pluginCodes } from "../../cni/define-plugin.ts";
import { type CoordinatorFacts, familyOf, type PodLink, type PolicyRule, vethName } from "./facts.ts";
import { podMac } from "./pod-mac.ts";
import { nodeMark, renderMarks } from "./render/marks.ts";
import { moveRoutes } from "./render/move-routes.ts";
import { hijacked, hijackedForGuest, reachable } from "./render/through-node.ts";
import { everything, scope, whole } from "./render/words.ts";

/** What is to be done: plain lines of `ip -batch`, in the node's namespace first. */
export interface CoordinatorPlan {
  readonly host: readonly string[];
  readonly pod: {
    readonly make: readonly string[];
    readonly settings: readonly { readonly path: string; readonly value: string; readonly isOptional: boolean }[];
    readonly nft: string;
    readonly raise: readonly string[];
    readonly raise6: readonly string[];
  };
  /** Families for which the node has to look into its table of pods. */
  readonly families: readonly (4 | 6)[];
  /** The interface's new MAC. */
  readonly mac: string | undefined;
}

export const nftTable = "peapod_coordinator";
/** Where answers to the node find their way. */
const markTable = 100;

/**
 * How a pod on an underlay network reaches its node and is reached by it, and which of several interfaces answers what. Underlay, first
 * interface: a veth pair beside it; underlay, further ones: their own table; overlay: the pair of the first interface is used.
 *
 * @returns undefined: nothing is to be done
 */
export function planCoordinator(facts: CoordinatorFacts): CoordinatorPlan | undefined {
  const { settings, nic, addresses, pod } = facts;
  if (settings.mode === "disabled" || addresses.length === 0) return undefined;
  const hasVeth = pod.links.some(({ name }) => name === vethName);
  const isFirst = nic === settings.firstNic;
  const mode = settings.mode === "auto" ? (isFirst || hasVeth ? "underlay" : "overlay") : settings.mode;
  const refuse = (because: string): never => {
    throw new PluginError(pluginCodes.invalidConfig, because);
  };
  if (mode === "underlay" && !isFirst && !hasVeth) {
    return refuse(
      `when creating interface ${nic} in underlay mode, it detects that the auxiliary interface ${settings.firstNic} was not created by previous interface. please enable coordinator plugin in previous interface`,
    );
  }
  if (mode === "overlay" && isFirst)
    return refuse(`${nic} is the pod's first interface, which overlay mode cannot serve`);
  if (mode === "overlay" && hasVeth) {
    return refuse(
      `when creating interface ${nic} in overlay mode, it detects that ${vethName} was created by underlay mode`,
    );
  }
  return mode === "overlay" ? planOverlay(facts, refuse) : planUnderlay(facts, isFirst);
}

function planUnderlay(facts: CoordinatorFacts, isFirst: boolean): CoordinatorPlan {
  const { settings, nic, netns, addresses, veth, pod, host } = facts;
  const mtu = settings.vethMtu === undefined ? "" : ` mtu ${settings.vethMtu}`;
  const families = familiesOf(facts);
  const nodes = host.addresses.filter((node) => families.includes(familyOf(node)));
  const table = isFirst ? "" : ` table ${tableOf(facts, nic)}`;
  const podEnd = pod.links.find(({ name }) => name === vethName)?.mac ?? veth.podMac;
  const pair = [
    `link add name ${veth.hostName}${mtu} address ${veth.hostMac} type veth peer name ${vethName}${mtu} address ${veth.podMac} netns ${netns}`,
    `link set dev ${veth.hostName} alias ${facts.alias}`,
    `link set dev ${veth.hostName} up`,
  ];
  const toNode = [
    ...(isFirst
      ? nodes.map((node) => `neigh replace ${node} lladdr ${veth.hostMac} dev ${vethName} nud permanent`)
      : []),
    ...nodes.map((node) => `route replace ${whole(node)} dev ${vethName}${scope(node)}${table}`),
    ...hijacked(facts, families).map(
      ({ cidr, hop, source }) =>
        `route replace ${cidr} via ${hop} dev ${vethName}${familyOf(cidr) === 4 ? ` src ${source}` : ""}${table}`,
    ),
    ...hijackedForGuest(facts),
  ];
  const answers = families.map(
    (family) => `route replace ${everything(family)} via ${host.sources[family]} dev ${vethName} table ${markTable}`,
  );
  const { lines, rules } = isFirst ? { lines: [], rules: families.map(ruleForMarked) } : tuned(facts);
  const link = settings.vethLinkAddress;
  const mac = podMac(settings.macPrefix, addresses);
  return {
    host: [...(isFirst ? pair : []), ...reachable(facts, veth.hostName, podEnd)],
    pod: {
      make: isFirst ? [`link set dev ${vethName} up`] : [],
      settings: settingsOf(facts, isFirst ? [vethName, nic] : [nic]),
      nft: isFirst ? renderMarks(nftTable, vethName) : "",
      raise: [
        ...nicLines(facts, mac),
        ...(isFirst && link !== undefined && addresses.some((own) => familyOf(own) === familyOf(link))
          ? [`address replace ${whole(link)} dev ${vethName}`]
          : []),
        ...(isFirst || settings.tunePodRoutes ? toNode : []),
        ...(isFirst ? answers : []),
        ...lines,
        ...policyRoutes(facts, table),
        ...missingRules(facts, rules, 4),
      ],
      raise6: missingRules(facts, rules, 6),
    },
    families,
    mac,
  };
}

function planOverlay(facts: CoordinatorFacts, refuse: (because: string) => never): CoordinatorPlan {
  const { settings, nic, addresses, pod, host } = facts;
  const first = pod.links.find(({ name }) => name === settings.firstNic);
  const outer = host.linksByIndex.get(first?.peerIndex ?? -1);
  if (!first || outer === undefined) {
    return refuse(`overlay mode needs ${settings.firstNic} to be one end of a veth pair whose other end is the node's`);
  }
  const gatewayOf = (family: 4 | 6): string | undefined =>
    pod.routes.find((route) => isDefaultOf(route, first.name) && route.family === family)?.gateway;
  const families = familiesOf(facts).filter((family) => gatewayOf(family) !== undefined);
  const table = ` table ${tableOf(facts, nic)}`;
  const targets = [
    ...host.addresses.filter((node) => families.includes(familyOf(node))).map(whole),
    ...settings.hijack.filter((cidr) => families.includes(familyOf(cidr))),
  ];
  const own = first.addresses
    .map((address) => address.replace(/\/.*$/, ""))
    .filter((text) => !text.startsWith("fe80:"));
  const { lines, rules } = tuned(facts);
  const all = [...rules, ...own.map((source) => ruleFrom(source, markTable)), ...families.map(ruleForMarked)];
  const mac = podMac(settings.macPrefix, addresses);
  return {
    host: reachable(facts, outer, first.mac),
    pod: {
      make: [],
      settings: settingsOf(facts, [first.name, nic]),
      nft: renderMarks(nftTable, first.name),
      raise: [
        ...nicLines(facts, mac),
        ...targets.map((to) => `route replace ${to} via ${gatewayOf(familyOf(to))} dev ${first.name}${table}`),
        // What the first interface is asked, it answers itself, wherever other routes go: by the pod's address, or by the mark that
        // also what a guest answers has, whose address is none of the pod's.
        ...families.map(
          (family) =>
            `route replace ${everything(family)} via ${gatewayOf(family)} dev ${first.name} table ${markTable}`,
        ),
        ...lines,
        ...policyRoutes(facts, table),
        ...missingRules(facts, all, 4),
      ],
      raise6: missingRules(facts, all, 6),
    },
    families,
    mac,
  };
}

interface Tuning {
  readonly lines: readonly string[];
  readonly rules: readonly PolicyRule[];
}

/** A further interface answers by its own table; one default route stays for what the pod begins itself. */
function tuned(facts: CoordinatorFacts): Tuning {
  const { settings, nic, addresses, pod } = facts;
  if (!settings.tunePodRoutes) return { lines: [], rules: [] };
  const own = tableOf(facts, nic);
  const others = pod.links.filter(({ name }) => name !== nic && name !== vethName);
  const rules = addresses.map((source) => ruleFrom(source, own));
  const hasDefault = (name: string, family?: 4 | 6): boolean =>
    pod.routes.some((route) => isDefaultOf(route, name) && (family === undefined || route.family === family));
  if (chosenNic(facts) !== nic) {
    const hasOther = (family: 4 | 6): boolean => others.some(({ name }) => hasDefault(name, family));
    return { rules, lines: moveRoutes(pod.routes, nic, own, hasOther) };
  }
  const former = others.filter(({ name }) => hasDefault(name));
  return {
    rules: [
      ...rules,
      ...former.flatMap((link) => plainAddresses(link).map((source) => ruleFrom(source, tableOf(facts, link.name)))),
    ],
    lines: [
      ...moveRoutes(pod.routes, nic, own, () => false),
      ...former.flatMap(({ name }) =>
        moveRoutes(pod.routes, name, tableOf(facts, name), (family) => hasDefault(nic, family)),
      ),
    ],
  };
}

/** Users name further interfaces by position as well: in a virtual machine's pod they have names that nobody writes. */
function chosenNic({ settings, pod }: CoordinatorFacts): string | undefined {
  const wanted = settings.defaultRouteNic;
  const names = pod.links.map(({ name }) => name).filter((name) => name !== vethName);
  if (wanted === undefined || names.includes(wanted)) return wanted;
  const position = /^net(\d+)$/.exec(wanted)?.[1];
  return position === undefined ? undefined : names[Number(position)];
}

/** 99 for the first interface (100 is for answers to the node), 101 for the second, and so on. */
export function tableOf({ pod }: CoordinatorFacts, nic: string): number {
  const position = pod.links.filter(({ name }) => name !== vethName).findIndex(({ name }) => name === nic);
  return position <= 0 ? 99 : 100 + position;
}

function familiesOf({ addresses, host }: CoordinatorFacts): readonly (4 | 6)[] {
  return ([4, 6] as const).filter(
    (family) => host.sources[family] !== undefined && addresses.some((own) => familyOf(own) === family),
  );
}

function nicLines({ settings, nic }: CoordinatorFacts, mac: string | undefined): readonly string[] {
  return [
    `link set dev ${nic} up`,
    ...(mac === undefined ? [] : [`link set dev ${nic} address ${mac}`]),
    ...(settings.txQueueLen > 0 ? [`link set dev ${nic} txqueuelen ${settings.txQueueLen}`] : []),
  ];
}

function settingsOf({ settings, addresses }: CoordinatorFacts, links: readonly string[]) {
  const { rpFilter } = settings;
  const isV6 = addresses.some((own) => familyOf(own) === 6);
  return [
    ...(rpFilter === undefined
      ? []
      : ["all", ...links].map((link) => ({
          path: `ipv4/conf/${link}/rp_filter`,
          value: String(rpFilter),
          isOptional: false,
        }))),
    ...(isV6 ? links.map((link) => ({ path: `ipv6/conf/${link}/disable_ipv6`, value: "0", isOptional: true })) : []),
  ];
}

function policyRoutes({ settings, nic, addresses }: CoordinatorFacts, table: string): readonly string[] {
  return settings.policyRoutes
    .filter(({ gw }) => addresses.some((own) => familyOf(own) === familyOf(gw)))
    .map(({ dst, gw }) => `route replace ${dst} via ${gw} dev ${nic}${table}`);
}

function ruleForMarked(family: 4 | 6): PolicyRule {
  return { family, source: "all", table: String(markTable), mark: `0x${nodeMark}` };
}

function ruleFrom(source: string, table: number): PolicyRule {
  return { family: familyOf(source), source, table: String(table), mark: undefined };
}

/** The kernel would take the same rule twice. */
function missingRules({ pod }: CoordinatorFacts, wanted: readonly PolicyRule[], family: 4 | 6): readonly string[] {
  const isThere = (rule: PolicyRule): boolean =>
    pod.rules.some(
      ({ source, table, mark, ...one }) =>
        one.family === family && source === rule.source && table === rule.table && mark === rule.mark,
    );
  return wanted
    .filter((rule) => rule.family === family && !isThere(rule))
    .map(({ source, mark, table }) => {
      const marked = mark === undefined ? "" : ` fwmark ${mark}`;
      return `rule add from ${source}${marked} lookup ${table} pref 1000`;
    });
}

function plainAddresses({ addresses }: PodLink): readonly string[] {
  return addresses.map((address) => address.replace(/\/.*$/, "")).filter((text) => !text.startsWith("fe80:"));
}

function isDefaultOf({ dst, device, table }: CoordinatorFacts["pod"]["routes"][number], nic: string): boolean {
  return dst === "default" && device === nic && table === "main";
}
