import type { Node, Pod, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { quantityToBytes } from "@peapod/api";
import { findCondition, isConditionTrue } from "@peapod/machinery";

/** What `peapod status` shows, read once. */
export interface StatusFacts {
  readonly server: string;
  readonly version: string;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly vms: readonly VirtualMachine[];
  readonly vmis: readonly VirtualMachineInstance[];
}

/** Three short blocks: the nodes, the API, the guests. Columns are aligned inside a block. */
export function renderStatus(facts: StatusFacts): string {
  const nodes = facts.nodes.map((node) => nodeRow(node, facts));
  const guests = guestRows(facts);
  return [
    ...block("node", nodes.length > 0 ? nodes : [["none: start an agent with peapod up, or peapod node"]]),
    ...block("api", [[facts.server, facts.version]]),
    ...block("guests", guests.length > 0 ? guests : [["none"]]),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

type Row = readonly string[];

function block(title: string, rows: readonly Row[]): readonly string[] {
  const widths = rows.reduce<number[]>((all, row) => {
    row.forEach((cell, index) => {
      all[index] = Math.max(all[index] ?? 0, cell.length);
    });
    return all;
  }, []);
  return rows.map((row, index) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return `${(index === 0 ? title : "").padEnd(7)}${cells.join("   ").trimEnd()}`;
  });
}

function nodeRow(node: Node, { pods }: StatusFacts): Row {
  const { name = "", labels = {} } = node.metadata;
  const ready = findCondition(node.status?.conditions, "Ready");
  const state = ready?.status === "True" ? "ready" : `not ready${ready?.message ? `: ${ready.message}` : ""}`;
  const mode = labels["node.peapod.io/acceleration"];
  const acceleration = mode === "kvm" ? "kvm" : mode === "tcg" ? "emulation" : "";
  const here = pods.filter(({ spec, status }) => spec?.nodeName === name && !isOver(status?.phase));
  const used = here.reduce((sum, pod) => sum + requestedMemory(pod), 0);
  const total = memoryOf(node.status?.allocatable?.["memory"]);
  const memory = total === 0 ? "" : `${gib(Math.max(0, total - used))}/${gib(total)} GiB free`;
  const guests = `${here.length} guest${here.length === 1 ? "" : "s"}`;
  const cordoned = node.spec?.unschedulable ? ["cordoned"] : [];
  return [name, state, acceleration, memory, guests, ...cordoned];
}

function isOver(phase: string | undefined): boolean {
  return phase === "Succeeded" || phase === "Failed";
}

function requestedMemory(pod: Pod): number {
  const containers = pod.spec?.containers ?? [];
  return containers.reduce((sum, { resources }) => sum + memoryOf(resources?.requests?.["memory"]), 0);
}

function memoryOf(quantity: string | number | undefined): number {
  return quantity === undefined ? 0 : quantityToBytes(quantity);
}

function gib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(bytes < 10 * 2 ** 30 ? 1 : 0);
}

/** Machines first, then instances that belong to none; what does not run says where to ask on. */
function guestRows({ vms, vmis }: StatusFacts): readonly Row[] {
  const keyOf = ({ metadata }: VirtualMachine | VirtualMachineInstance) => `${metadata.namespace}/${metadata.name}`;
  const instances = new Map(vmis.map((vmi) => [keyOf(vmi), vmi]));
  const machines = new Set(vms.map(keyOf));
  const rows = vms.map((vm) => guestRow(vm, vm.status?.printableStatus ?? "Unknown", instances.get(keyOf(vm))));
  const loose = vmis.filter((vmi) => !machines.has(keyOf(vmi)));
  return [...rows, ...loose.map((vmi) => guestRow(vmi, vmi.status?.phase || "Pending", vmi))];
}

function guestRow(
  { metadata }: VirtualMachine | VirtualMachineInstance,
  state: string,
  vmi: VirtualMachineInstance | undefined,
): Row {
  const { namespace = "default", name = "" } = metadata;
  const isReady = isConditionTrue(vmi?.status?.conditions, "Ready");
  const isFine = state === "Running" ? isReady : state === "Stopped" || state === "Succeeded";
  const address = vmi?.status?.interfaces?.find(({ ipAddress }) => ipAddress)?.ipAddress ?? "";
  const ask = `peapod why ${namespace === "default" ? "" : `-n ${namespace} `}${name}`;
  return [namespace === "default" ? name : `${namespace}/${name}`, state, address, ...(isFine ? [] : [ask])];
}
