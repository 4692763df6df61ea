import type { VirtualMachine } from "@peapod/api";
import { findCondition } from "@peapod/machinery";
import type { Answer, WhyFacts } from "./facts.ts";
import { ageOf, inNamespace, runStrategyOf, strategyField } from "./words.ts";

/** There is a machine and no instance of it. */
export function explainAbsence(facts: WhyFacts): Answer {
  const { name, vm, program, namespace, now } = facts;
  if (vm === undefined) return { sentence: `${name} does not exist`, details: [], waysOut: [] };
  const ns = inNamespace(namespace);
  const start = `${program} start ${ns}${name}`;
  const failure = findCondition(vm.status?.conditions, "Failure");
  if (failure?.status === "True") {
    return {
      sentence: `${name} is not running: its instance cannot be created`,
      details: [`${failure.message ?? failure.reason ?? "no reason is given"}`],
      waysOut: [`correct it: kubectl edit vm ${ns}${name}; it is tried again by itself`],
    };
  }
  if (isStartAsked(vm)) return aboutToStart(facts, vm);
  const { startFailure } = vm.status ?? {};
  const retryAt = startFailure?.retryAfterTimestamp;
  switch (runStrategyOf(vm)) {
    case "Halted":
      return { sentence: `${name} is not running: it is halted (${strategyField(vm)})`, details: [], waysOut: [start] };
    case "Manual":
      return {
        sentence: `${name} is not running: it is started by hand only (${strategyField(vm)})`,
        details: [],
        waysOut: [start],
      };
    case "RerunOnFailure":
      if (vm.status?.runStrategy !== "RerunOnFailure") break;
      return {
        sentence: `${name} is not running: its guest ended by itself, and it is run again only after a failure (${strategyField(vm)})`,
        details: [],
        waysOut: [start],
      };
    default:
      break;
  }
  if (retryAt !== undefined && Date.parse(retryAt) > now.getTime()) {
    const count = startFailure?.consecutiveFailCount ?? 1;
    const starts = count === 1 ? "its last start" : `its last ${count} starts`;
    const inSeconds = Math.ceil((Date.parse(retryAt) - now.getTime()) / 1000);
    return {
      sentence: `${name} is not running: ${starts} failed, the next is in ${inSeconds}s`,
      details: [],
      waysOut: [`kubectl events ${ns}--for vm/${name}    says what failed`, `correct it: kubectl edit vm ${ns}${name}`],
    };
  }
  return aboutToStart(facts, vm);
}

function isStartAsked(vm: VirtualMachine): boolean {
  return vm.status?.stateChangeRequests?.[0]?.action === "Start";
}

/** The controller takes milliseconds for this: if it stays so, nobody is at work. */
function aboutToStart({ name, now, program }: WhyFacts, vm: VirtualMachine): Answer {
  return {
    sentence: `${name} is not running yet: its instance is about to be created`,
    details: [`the machine is ${ageOf(vm.metadata.creationTimestamp, now)} old, ${strategyField(vm)}`],
    waysOut: [
      `if it stays so, no controller is at work: ${program === "peapod" ? "peapod status" : "look at the virt-controller"}`,
    ],
  };
}
