import type { VirtualMachineInstance } from "@peapod/api";
import { findCondition, isConditionTrue } from "@peapod/machinery";
import type { Answer, WhyFacts } from "./facts.ts";
import { ageOf, inNamespace, nodeTrouble } from "./words.ts";

/** The guest runs: it may be paused, out of sight, or not ready, or all is well. */
export function explainRunning(facts: WhyFacts, vmi: VirtualMachineInstance): Answer {
  const { name, vm, nodes, program, namespace, now } = facts;
  const ns = inNamespace(namespace);
  const conditions = vmi.status?.conditions;
  const nodeName = vmi.status?.nodeName ?? "";
  const node = nodes.find(({ metadata }) => metadata.name === nodeName);
  const trouble = node === undefined ? "it is not there any more" : nodeTrouble(node, now);
  if (node === undefined || (trouble !== undefined && !isConditionTrue(node.status?.conditions, "Ready"))) {
    return {
      sentence: `${name} was running when its node was last heard of`,
      details: [`node ${nodeName}: ${trouble}`],
      waysOut: ["start its agent again: peapod up, or peapod node; the guest does not notice"],
    };
  }
  if (isConditionTrue(conditions, "Paused")) {
    const paused = findCondition(conditions, "Paused");
    const isDiskError = paused?.reason === "PausedIOError";
    return {
      sentence: `${name} is paused${isDiskError ? ": its disk could not be written" : ""}`,
      details: paused?.message ? [paused.message] : [],
      waysOut: [`${isDiskError ? "make room on the node's disk, then " : ""}${program} unpause ${ns}vmi ${name}`],
    };
  }
  const unsynchronized = findCondition(conditions, "Synchronized");
  if (unsynchronized?.status === "False" && unsynchronized.reason === "InterfaceLost") {
    const details = unsynchronized.message ? [unsynchronized.message] : []; // it says what helps
    return { sentence: `${name} is running, but an interface of it lost its network`, details, waysOut: [] };
  }
  if (unsynchronized?.status === "False") {
    return {
      sentence: `${name} is running, but not as its spec says`,
      details: [unsynchronized.message ?? unsynchronized.reason ?? "no reason is given"],
      waysOut: [
        `correct it: kubectl edit ${vm === undefined ? "vmi" : "vm"} ${ns}${name}; it is tried again by itself`,
      ],
    };
  }
  const ready = findCondition(conditions, "Ready");
  if (ready?.status !== "True") {
    return {
      sentence: `${name} is running, but not ready`,
      details: [ready?.message ?? ready?.reason ?? "its launcher pod has not said that it is ready"],
      waysOut: [],
    };
  }
  const since = ready.lastTransitionTime ? ` for ${ageOf(ready.lastTransitionTime, now)}` : "";
  const restart = vm && findCondition(vm.status?.conditions, "RestartRequired");
  const wantsRestart = restart?.status === "True";
  return {
    sentence: `${name} is running and ready, on ${nodeName}${since}`,
    details: [...addressesOf(vmi), ...(wantsRestart ? [`changes wait for a restart: ${restart.message ?? ""}`] : [])],
    waysOut: wantsRestart ? [`${program} restart ${ns}${name}`] : [],
  };
}

function addressesOf(vmi: VirtualMachineInstance): readonly string[] {
  return (vmi.status?.interfaces ?? []).map(({ name = "?", ipAddress, ipAddresses = [], mac }) => {
    const all = ipAddresses.length > 0 ? ipAddresses : ipAddress ? [ipAddress] : [];
    return `${name}: ${all.length > 0 ? all.join(", ") : `no address yet${mac ? ` (${mac})` : ""}`}`;
  });
}
