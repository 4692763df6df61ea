import { PluginError, pluginCodes } from "../../cni/define-plugin.ts";
import type { ParentLink } from "./links.ts";

/** Which parent interface a network wants on the machine. */
export interface IfacerConfig {
  readonly interfaces: readonly string[];
  /** 0: none. */
  readonly vlanId: number;
  readonly bond: { readonly name: string; readonly mode: number; readonly options: string } | undefined;
}

export interface IfacerPlan {
  /** Lines of `ip -batch`. */
  readonly lines: readonly string[];
  /** Links that are there afterwards because of this network, and were not before. */
  readonly made: readonly string[];
  /** What the network's interfaces are made on. */
  readonly parent: string;
}

export function parseIfacerConfig(config: Readonly<Record<string, unknown>>): IfacerConfig {
  const { interfaces, vlanID = 0, bond } = config;
  const refuse = (because: string): never => {
    throw new PluginError(pluginCodes.invalidConfig, because);
  };
  if (!Array.isArray(interfaces) || interfaces.length === 0) return refuse("the configuration names no interfaces");
  if (typeof vlanID !== "number" || vlanID < 0 || vlanID > 4094) return refuse(`vlanID ${vlanID} is not in [0,4094]`);
  const names = interfaces.map(String);
  if (typeof bond !== "object" || bond === null) {
    if (names.length > 1) return refuse("the bond property is nil with multiple Interfaces");
    return { interfaces: names, vlanId: vlanID, bond: undefined };
  }
  const { name, mode = 0, options = "" } = bond as Record<string, unknown>;
  if (typeof name !== "string" || name === "") return refuse("bond name can't be empty");
  return { interfaces: names, vlanId: vlanID, bond: { name, mode: Number(mode), options: String(options) } };
}

/**
 * A bond of several interfaces, and on it, or on the one interface, a VLAN. What is there already is used as it is.
 *
 * @throws {PluginError} when an interface is missing, or the VLAN is somewhere else
 */
export function planIfacer({ interfaces, vlanId, bond }: IfacerConfig, links: readonly ParentLink[]): IfacerPlan {
  const find = (name: string): ParentLink | undefined => links.find((link) => link.name === name);
  const missing = interfaces.find((name) => !find(name));
  if (missing !== undefined) throw new PluginError(pluginCodes.notAvailable, `there is no interface "${missing}"`);
  const isBond = interfaces.length > 1 && bond !== undefined;
  const base = isBond ? bond.name : (interfaces[0] ?? "");
  const existing = find(base);
  if (isBond && existing && existing.kind !== "bond") {
    throw new PluginError(pluginCodes.invalidConfig, `interface "${base}" is there and is no bond`);
  }
  const bondLines =
    isBond && !existing
      ? [
          `link add name ${base} type bond mode ${bond.mode}${renderOptions(bond.options)}`,
          // An interface that is up cannot be put into a bond.
          ...interfaces.flatMap((name) => [`link set dev ${name} down`, `link set dev ${name} master ${base}`]),
          ...interfaces.map((name) => `link set dev ${name} up`),
        ]
      : [];
  const parent = vlanId === 0 ? base : `${base}.${vlanId}`;
  const other = links.find((link) => link.vlanId === vlanId && link.name !== parent);
  if (vlanId !== 0 && other) {
    throw new PluginError(
      pluginCodes.invalidConfig,
      `cannot have multiple different vlan interfaces with the same vlanId ${vlanId} on node at the same time`,
    );
  }
  const makesVlan = vlanId !== 0 && !find(parent);
  const vlanLines = makesVlan ? [`link add link ${base} name ${parent} type vlan id ${vlanId}`] : [];
  const raised = [base, parent].filter((name, index, all) => all.indexOf(name) === index && !find(name)?.isUp);
  return {
    lines: [...bondLines, ...vlanLines, ...raised.map((name) => `link set dev ${name} up`)],
    made: [...(bondLines.length > 0 ? [base] : []), ...(makesVlan ? [parent] : [])],
    parent,
  };
}

/** `primary=eth1;miimon=100` → ` primary eth1 miimon 100` */
function renderOptions(options: string): string {
  return options
    .split(";")
    .filter((option) => option.includes("="))
    .map((option) => ` ${option.replace("=", " ").trim()}`)
    .join("");
}
