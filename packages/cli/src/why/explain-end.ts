import type { Pod, VirtualMachineInstance } from "@peapod/api";
import type { Answer, WhyFacts } from "./facts.ts";
import { inNamespace, runStrategyOf, strategyField } from "./words.ts";

/** The guest has ended, well or not. */
export function explainEnd(facts: WhyFacts, vmi: VirtualMachineInstance): Answer {
  const { name, vm, pod, program, namespace } = facts;
  const ns = inNamespace(namespace);
  const hasFailed = vmi.status?.phase === "Failed";
  const said = endOf(pod);
  const reason = vmi.status?.reason === "NodeUnresponsive" ? "its node fell silent" : vmi.status?.reason;
  const why = hasFailed ? `its guest failed${reason ? `: ${reason}` : ""}` : "its guest shut down";
  const details = said === undefined ? [] : [said];
  if (vm === undefined) {
    return {
      sentence: `${name} is not running: ${why}`,
      details: [...details, "it belongs to no VirtualMachine, so nobody starts it again"],
      waysOut: [`kubectl delete vmi ${ns}${name}, then apply it again`],
    };
  }
  const strategy = runStrategyOf(vm);
  const isRunAgain = strategy === "Always" || (strategy === "RerunOnFailure" && hasFailed);
  const log =
    hasFailed && pod !== undefined ? [`kubectl logs ${ns}${pod.metadata.name}    the end of its console`] : [];
  if (isRunAgain) {
    return { sentence: `${name} is not running: ${why}; it is being started again`, details, waysOut: log };
  }
  const byHand =
    strategy === "Once"
      ? [`kubectl delete vmi ${ns}${name} lets it run once more`]
      : strategy === "Halted"
        ? []
        : [`${program} start ${ns}${name}`];
  return { sentence: `${name} is not running: ${why} (${strategyField(vm)})`, details, waysOut: [...log, ...byHand] };
}

/** What the launcher says about how QEMU ended. */
function endOf(pod: Pod | undefined): string | undefined {
  const compute = pod?.status?.containerStatuses?.find(({ name }) => name === "compute");
  const { reason, message, exitCode } = compute?.state?.terminated ?? {};
  if (message) return message;
  if (exitCode !== undefined && exitCode !== 0)
    return `QEMU ended with code ${exitCode}${reason ? ` (${reason})` : ""}`;
  return pod?.status?.message;
}
