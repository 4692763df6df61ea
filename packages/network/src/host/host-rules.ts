import { execFileSync } from "node:child_process";
import { currentNetns } from "./machine.ts";
import { changeMachineState, type MachineState } from "./registry.ts";

/** After this priority's rule the node looks where its pods on underlay networks are. Upstream's. */
const priority = "1000";

/**
 * Makes the node look into its table of pods before its main one. The rule is the machine's, like forwarding: all instances use it, and
 * the last to leave takes it away, unless it was there before.
 */
export function ensureHostRule(registryPath: string, family: 4 | 6, table: number): void {
  if (hasRule(family, table)) return;
  changeMachineState(registryPath, (state) => {
    if (!hasRule(family, table)) ruleCommand("add", family, table);
    const originals = { ...state.originals, [`${currentNetns()} rule ${family} ${table}`]: "absent" };
    return [{ ...state, originals }, undefined];
  });
}

/** For whoever leaves last, under the registry's lock. */
export function removeHostRules(originals: MachineState["originals"], netns: string): void {
  for (const name of Object.keys(originals)) {
    const [of, what, family, table] = name.split(" ");
    if (of !== netns || what !== "rule") continue;
    const one = [family === "6" ? 6 : 4, Number(table)] as const;
    if (hasRule(...one)) ruleCommand("delete", ...one);
  }
}

function hasRule(family: 4 | 6, table: number): boolean {
  const argv = [`-${family}`, "-json", "rule", "show", "priority", priority, "table", String(table)];
  const rules: unknown = JSON.parse(execFileSync("ip", argv, { encoding: "utf8", timeout: 20_000 }) || "[]");
  return Array.isArray(rules) && rules.length > 0;
}

function ruleCommand(verb: "add" | "delete", family: 4 | 6, table: number): void {
  const argv = [`-${family}`, "rule", verb, "from", "all", "lookup", String(table), "priority", priority];
  execFileSync("ip", argv, { timeout: 20_000, stdio: "pipe" });
}
