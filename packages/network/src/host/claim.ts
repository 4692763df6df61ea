import { hostNames } from "../render/host-names.ts";
import { type InstanceClaim, planClaim } from "./claim/plan.ts";
import { removeHostRules } from "./host-rules.ts";
import { restoreIpv6Forwarding } from "./ipv6-forwarding.ts";
import { currentNetns, type MachineNetwork, processStartTime, readSetting, writeSetting } from "./machine.ts";
import { changeMachineState, type MachineState } from "./registry.ts";

export interface ClaimOptions {
  /** `/run/peapod/machine.json`: shared by all instances of the machine */
  readonly registryPath: string;
  readonly instance: string;
  readonly dataDir: string;
  readonly machine: MachineNetwork;
  /** The range that this instance's addresses come from, if it lived before. */
  readonly kept: string | undefined;
}

const forwarding = "net/ipv4/ip_forward";

/** Takes this instance's place on the machine: its pod range, its user ids, and forwarding between interfaces switched on. */
export function joinMachine(options: ClaimOptions): InstanceClaim {
  const { registryPath, instance, dataDir, machine, kept } = options;
  const netns = currentNetns();
  const { bridge } = hostNames(instance);
  return changeMachineState(registryPath, (state) => {
    const claims = state.claims.filter((claim) => claim.instance === instance || isAlive(claim, netns, machine));
    const claim = planClaim({
      instance,
      dataDir,
      netns,
      process: { pid: process.pid, startTime: processStartTime("self") ?? "" },
      claims,
      kept,
      routes: machine.routes.filter(({ device }) => device !== bridge).map(({ destination }) => destination),
    });
    const originals = withoutStrangers(state.originals, claims);
    const name = `${netns} ${forwarding}`;
    const before = readSetting(forwarding);
    if (before !== undefined && originals[name] === undefined) originals[name] = before;
    if (before === "0") writeSetting(forwarding, "1");
    const others = claims.filter((other) => other.instance !== instance);
    return [{ claims: [...others, claim], originals }, claim];
  });
}

/** Gives up this instance's place. The last one to leave puts forwarding and rules back to what they were. */
export function leaveMachine(registryPath: string, instance: string, machine: MachineNetwork): void {
  const netns = currentNetns();
  changeMachineState(registryPath, (state) => {
    const claims = state.claims.filter((claim) => claim.instance !== instance && isAlive(claim, netns, machine));
    const name = `${netns} ${forwarding}`;
    const before = state.originals[name];
    const isLast = !claims.some((claim) => claim.netns === netns);
    if (isLast && before !== undefined && readSetting(forwarding) !== before) writeSetting(forwarding, before);
    if (isLast) restoreIpv6Forwarding(state.originals, netns);
    if (isLast) removeHostRules(state.originals, netns);
    return [{ claims, originals: withoutStrangers(state.originals, claims) }, undefined];
  });
}

/** Its agent runs, or it left its bridge and so perhaps its guests. */
function isAlive(claim: InstanceClaim, netns: string, { links }: MachineNetwork): boolean {
  const { pid, startTime } = claim.process;
  if (processStartTime(pid) === startTime) return true;
  return claim.netns === netns && links.some(({ name }) => name === hostNames(claim.instance).bridge);
}

/** Settings of namespaces that nobody lives in any more are nobody's to put back. */
function withoutStrangers(
  originals: MachineState["originals"],
  claims: readonly InstanceClaim[],
): Record<string, string> {
  const inhabited = new Set(claims.map(({ netns }) => netns));
  return Object.fromEntries(Object.entries(originals).filter(([name]) => inhabited.has(name.split(" ")[0] ?? "")));
}
