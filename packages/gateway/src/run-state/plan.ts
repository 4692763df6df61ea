import type { VirtualMachine, VirtualMachineInstance } from "@peapod/api";

/** A JSON patch operation on the VirtualMachine. */
export interface PatchOperation {
  readonly op: "add" | "replace" | "test" | "remove";
  readonly path: string;
  readonly value?: unknown;
}

/** What a start, stop or restart amounts to. */
export type Decision =
  | { readonly do: "patchSpec"; readonly patch: readonly PatchOperation[] }
  | { readonly do: "patchStatus"; readonly patch: readonly PatchOperation[] }
  | { readonly do: "refuse"; readonly code: 400 | 409; readonly sentence: string };

interface ChangeRequest {
  readonly action: "Start" | "Stop";
  readonly uid?: string;
  readonly data?: Readonly<Record<string, string>>;
}

export interface Facts {
  readonly vm: VirtualMachine;
  readonly vmi: VirtualMachineInstance | undefined;
}

/** @see the table of run strategies in docs/kinds/virtual-machine.md */
export function planStart({ vm, vmi }: Facts, options: { readonly paused: boolean }): Decision {
  if (vmi && isUnderWay(vmi)) return refuse("VM is already running");
  const strategy = runStrategyOf(vm);
  const start: ChangeRequest = { action: "Start", ...(options.paused && { data: { paused: "true" } }) };
  switch (strategy) {
    case "Halted":
      // Already paused by its own template: no request is needed to say so.
      if (options.paused && vm.spec.template.spec?.startStrategy !== "Paused") return request(vm, [start]);
      return setRunning(vm, true);
    case "RerunOnFailure":
      if (vmi?.status?.phase === "Failed")
        return refuse("RerunOnFailure does not support starting VM from failed state");
      return request(vm, vmi?.status?.phase === "Succeeded" ? [stopOf(vmi), start] : [start]);
    case "Manual":
      return request(vm, vmi && isFinal(vmi) ? [stopOf(vmi), start] : [start]);
    default:
      return refuse(`${strategy} does not support manual start requests`);
  }
}

/** @param options.gracePeriodSeconds  the caller shortens the instance's own grace period first */
export function planStop({ vm, vmi }: Facts, options: { readonly gracePeriodSeconds: number | undefined }): Decision {
  const strategy = runStrategyOf(vm);
  if (strategy === "Always" || strategy === "Once") return setRunning(vm, false);
  if (!vmi || isFinal(vmi)) return refuse("VM is not running");
  if (strategy === "Halted") {
    const { gracePeriodSeconds } = options;
    const own = vmi.spec.terminationGracePeriodSeconds;
    if (gracePeriodSeconds === undefined || (own !== undefined && gracePeriodSeconds >= own)) {
      return refuse("Halted only supports manual stop requests with a shorter graceperiod");
    }
  }
  return request(vm, [stopOf(vmi)]);
}

export function planRestart(
  { vm, vmi }: Facts,
  options: { readonly gracePeriodSeconds: number | undefined },
): Decision {
  const { gracePeriodSeconds = 0 } = options;
  if (gracePeriodSeconds > 0) return refuse("For force restart, only gracePeriod=0 is supported for now", 400);
  if (gracePeriodSeconds < 0) return refuse("gracePeriod has to be greater or equal to 0", 400);
  const strategy = runStrategyOf(vm);
  if (strategy === "Halted" || strategy === "Once") {
    return refuse(`RunStategy ${strategy} does not support manual restart requests`);
  }
  if (!vmi) return refuse("VM is not running: Halted");
  return request(vm, [stopOf(vmi), { action: "Start" }]);
}

export function runStrategyOf(vm: VirtualMachine): string {
  if (vm.spec.runStrategy !== undefined) return vm.spec.runStrategy;
  return vm.spec.running === true ? "Always" : "Halted";
}

function setRunning(vm: VirtualMachine, running: boolean): Decision {
  const [path, old, value] =
    vm.spec.runStrategy === undefined
      ? ["/spec/running", vm.spec.running, running]
      : ["/spec/runStrategy", vm.spec.runStrategy, running ? "Always" : "Halted"];
  const test: PatchOperation[] = old === undefined ? [] : [{ op: "test", path, value: old }];
  return { do: "patchSpec", patch: [...test, { op: old === undefined ? "add" : "replace", path, value }] };
}

/**
 * A lone stop replaces whatever was asked before; everything else waits its turn. Whoever asks by hand need not wait out the
 * back-off of earlier starts.
 */
function request(vm: VirtualMachine, requests: readonly ChangeRequest[]): Decision {
  const asked = vm.status?.stateChangeRequests ?? [];
  const isStop = requests.length === 1 && requests[0]?.action === "Stop";
  if (asked.length > 0 && !isStop) return refuse("unable to complete request: stop/start already underway");
  if (Object.keys(vm.status ?? {}).length === 0) {
    return { do: "patchStatus", patch: [{ op: "add", path: "/status", value: { stateChangeRequests: requests } }] };
  }
  const path = "/status/stateChangeRequests";
  const patch: PatchOperation[] = [
    { op: "test", path, value: vm.status?.stateChangeRequests ?? null },
    { op: "add", path, value: requests },
  ];
  if (vm.status?.startFailure !== undefined) patch.push({ op: "remove", path: "/status/startFailure" });
  return { do: "patchStatus", patch };
}

function stopOf(vmi: VirtualMachineInstance): ChangeRequest {
  return { action: "Stop", ...(vmi.metadata.uid !== undefined && { uid: vmi.metadata.uid }) };
}

export function isFinal(vmi: VirtualMachineInstance): boolean {
  return vmi.status?.phase === "Succeeded" || vmi.status?.phase === "Failed";
}

function isUnderWay(vmi: VirtualMachineInstance): boolean {
  const phase = vmi.status?.phase ?? "";
  return !isFinal(vmi) && phase !== "" && phase !== "Unknown";
}

function refuse(sentence: string, code: 400 | 409 = 409): Decision {
  return { do: "refuse", code, sentence };
}
