import { type AddressFigures, type AllocationFigures, heldBefore } from "./addresses.ts";
import type { ApiFigures } from "./api-server.ts";
import { watchers, writers } from "./api-server.ts";
import type { MachineUnderTest } from "./machine-under-test.ts";
import type { GuestMemory } from "./memory.ts";
import type { NetworkFigures } from "./network.ts";
import type { PeapodFigures } from "./peapod.ts";
import { type Summary, summarise } from "./statistics.ts";
import { aligned, type Line, mebibytes, milliseconds, renderTable } from "./table.ts";
import type { WatchFigures } from "./watching.ts";

/** All that one run measured; what `--json` writes. */
export interface Results extends PeapodFigures {
  readonly machine: MachineUnderTest;
  readonly addresses: AddressFigures;
  readonly watching: WatchFigures;
  readonly api: { readonly inProcess: ApiFigures; readonly overTls: ApiFigures };
}

export function renderReport(results: Results): string {
  return [
    describe(results),
    renderTable("starting a guest, one after another", startLines(results)),
    renderTable("object writes of one start", writeLines(results)),
    renderTable("memory", memoryLines(results)),
    renderTable("API server", apiLines(results)),
    renderTable("addresses", addressLines(results.addresses)),
    renderTable("a guest that lost something, or changed its address", recoveryLines(results)),
    renderTable("network: to the guest, from the guest, round trip; medians", networkLines(results.network)),
    stageTable(results),
  ].join("\n\n");
}

function describe({ machine, accelerator, starts }: Results): string {
  const { date, commit, cpu, cores, memoryGiB, kernel, system, node, qemu, loadBefore } = machine;
  return [
    `${date}${commit === "" ? "" : `, commit ${commit}`}`,
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Linux ${kernel}, load ${loadBefore.toFixed(1)} before`,
    `Node ${node}, ${qemu}, guests on ${accelerator}; ${starts.length} guests by Peapod and by hand, alternating`,
  ].join("\n");
}

function startLines({ starts, handStarts, restarts }: Results): readonly Line[] {
  const of = (pick: (start: PeapodFigures["starts"][number]) => number): Summary => summarise(starts.map(pick));
  const process = of(({ processMs }) => processMs);
  const qemu = of(({ qemuMs }) => qemuMs);
  const first = of(({ firstLineMs }) => firstLineMs);
  const handQemu = summarise(handStarts.map(({ qemuMs }) => qemuMs));
  const handFirst = summarise(handStarts.map(({ firstLineMs }) => firstLineMs));
  const ratio = first.median / handFirst.median;
  return [
    { what: "create, asked to answered", measured: spread(of(({ createMs }) => createMs)) },
    { what: "create → QEMU's process", measured: spread(process) },
    {
      what: "create → QEMU runs",
      measured: spread(qemu),
      budget: "≤ 300 ms median",
      isMet: qemu.median <= 300,
    },
    { what: "by hand → QEMU runs", measured: spread(handQemu) },
    { what: "create → phase Running", measured: spread(of(({ runningMs }) => runningMs)) },
    { what: "create → init's first line", measured: spread(first) },
    { what: "by hand → init's first line", measured: spread(handFirst) },
    {
      what: "init's first line, against by hand",
      measured: `${ratio.toFixed(2)} × (${difference(first.median - handFirst.median)})`,
      budget: "≤ 1.10 ×",
      isMet: ratio <= 1.1,
    },
    {
      what: "delete pod → the guest answers again, same address",
      measured: spread(summarise(restarts.map(({ answersMs }) => answersMs))),
    },
  ];
}

function writeLines({ starts }: Results): readonly Line[] {
  const most = (pick: (writes: PeapodFigures["starts"][number]["writes"]) => number): number =>
    Math.max(...starts.map(({ writes }) => pick(writes)));
  const vmi = most(({ vmiUpdates }) => vmiUpdates);
  const pod = most(({ podUpdates }) => podUpdates);
  return [
    { what: "updates of the VMI until Running, at most", measured: String(vmi), budget: "≤ 4", isMet: vmi <= 4 },
    { what: "updates of its pod until then, at most", measured: String(pod), budget: "≤ 4", isMet: pod <= 4 },
    { what: "updates of its VM until then, at most", measured: String(most(({ vmUpdates }) => vmUpdates)) },
    { what: "writes of all kinds, Events too, at most", measured: String(most(({ all }) => all)) },
  ];
}

function memoryLines({ memory, idle, growth }: Results): readonly Line[] {
  const beside = summarise(memory.map(besideBytes)).median;
  const idleBytes = idle.agent.rssBytes + idle.controlPlane.rssBytes;
  const budgetBytes = 200 * 2 ** 20;
  const grown = (bytes: number): string => `${bytes < 0 ? "−" : "+"}${mebibytes(Math.abs(bytes))}`;
  return [
    {
      what: `beside QEMU in the pod (${namesBeside(memory)}), PSS`,
      measured: mebibytes(beside),
      budget: "≤ 5 MiB",
      isMet: beside <= 5 * 2 ** 20,
    },
    { what: "QEMU itself, PSS", measured: mebibytes(summarise(memory.map(({ qemuPssBytes }) => qemuPssBytes)).median) },
    {
      what: `control plane and agent, growth for each of ${growth.guests} guests`,
      measured: `${grown(growth.controlPlaneBytesPerGuest)}, ${grown(growth.agentBytesPerGuest)}`,
    },
    {
      what: "idle control plane, RSS (PSS)",
      measured: `${mebibytes(idle.controlPlane.rssBytes)} (${mebibytes(idle.controlPlane.pssBytes)})`,
    },
    {
      what: "idle agent, RSS (PSS)",
      measured: `${mebibytes(idle.agent.rssBytes)} (${mebibytes(idle.agent.pssBytes)})`,
    },
    {
      what: "idle Peapod, RSS",
      measured: mebibytes(idleBytes),
      budget: "≤ 200 MiB",
      isMet: idleBytes <= budgetBytes,
    },
  ];
}

function apiLines({ api }: Results): readonly Line[] {
  const lines = (where: string, figures: ApiFigures): readonly Line[] => [
    { what: `create, ${where}`, measured: `${spread(figures.create)}, ${figures.createsPerSecond.toFixed(0)}/s` },
    { what: `create, ${where}, ${writers} at once`, measured: `${figures.createsPerSecondAtOnce.toFixed(0)}/s` },
    { what: `get, ${where}`, measured: spread(figures.get) },
    { what: `list of 2000 × 3 KB, ${where}`, measured: spread(figures.list) },
    { what: `an update to ${watchers} watchers, ${where}`, measured: spread(figures.fanOut) },
  ];
  return [
    ...lines("in process", api.inProcess),
    ...lines("over TLS", api.overTls),
    { what: "beside k3s", measured: "not compared", budget: "≥ 2 ×" },
  ];
}

function stageTable({ stages }: Results): string {
  const rows = stages.map(({ name, beginMs, tookMs }) => [
    name,
    beginMs.toFixed(0).padStart(6),
    tookMs.toFixed(0).padStart(6),
  ]);
  return [
    "── where the time goes: medians, in ms after create was answered",
    ...aligned([["step", " begin", "  took"], ...rows]),
  ].join("\n");
}

function difference(ms: number): string {
  return `${milliseconds(Math.abs(ms))} ${ms < 0 ? "less" : "more"}`;
}

function spread({ median, p95 }: Summary): string {
  return `median ${milliseconds(median)}, p95 ${milliseconds(p95)}`;
}

function besideBytes({ besideQemu }: GuestMemory): number {
  return besideQemu.reduce((sum, { pssBytes }) => sum + pssBytes, 0);
}

function namesBeside(memory: readonly GuestMemory[]): string {
  return [...new Set(memory.flatMap(({ besideQemu }) => besideQemu.map(({ name }) => name)))].join(", ") || "nothing";
}

function addressLines(figures: AddressFigures): readonly Line[] {
  const full = `${heldBefore / 1000} 000 held`;
  return [
    ...figures.pairs.flatMap(({ atOnce, empty, full: held, ratio }): readonly Line[] => [
      { what: `allocate, ${atOnce} at once, empty pool`, measured: describeAllocation(empty) },
      {
        what: `allocate, ${atOnce} at once, ${full}`,
        measured: `${describeAllocation(held)}, ${ratio.toFixed(2)} ×`,
      },
    ]),
    { what: `open with ${full}`, measured: milliseconds(figures.openMs) },
    { what: "memory of one allocation", measured: `${Math.round(figures.heapPerAllocationBytes)} bytes` },
    {
      what: "memory of a /8, of a /64",
      measured: `${mebibytes(figures.heapOfSlash8Bytes)}, ${mebibytes(figures.heapOfSlash64Bytes)}`,
    },
  ];
}

function describeAllocation({ perSecond, latency }: AllocationFigures): string {
  return `${Math.round(perSecond)}/s, ${spread(latency)}`;
}

/** The issue's word for `status.interfaces` is a second. */
function recoveryLines({ recovery, watching }: Results): readonly Line[] {
  const withinASecond = (what: string, figures: Summary): Line => ({
    what,
    measured: spread(figures),
    budget: "≤ 1 s",
    isMet: figures.p95 <= 1000,
  });
  return [
    { what: "passt killed → the guest answers again", measured: spread(recovery.passt) },
    { what: "node's end of its pod deleted → the guest answers again", measured: spread(recovery.interface) },
    withinASecond("another address → status.interfaces, by the guest's agent", recovery.addressByAgent),
    withinASecond("another address → status.interfaces, off the wire", recovery.addressOnWire),
    { what: "CPU of one look at a guest's links", measured: `${watching.lookMicroseconds.toFixed(0)} µs` },
    {
      what: "CPU of one look at the node's ends of 1, 100 guests",
      measured: `${watching.portsMilliseconds.one.toFixed(0)}, ${watching.portsMilliseconds.hundred.toFixed(0)} ms`,
    },
    { what: "CPU of asking for the addresses it uses", measured: `${watching.askMilliseconds.toFixed(1)} ms` },
  ];
}

/** Each against the first, the bare tap. */
export function networkLines(figures: readonly NetworkFigures[]): readonly Line[] {
  const [tap] = figures;
  if (!tap) return [];
  return figures.map(({ wiring, toGuest, fromGuest, roundTripMs }) => {
    const rate = (one: Summary, of: Summary): string =>
      `${one.median.toFixed(0)} Mb/s (${(one.median / of.median).toFixed(2)} ×)`;
    const ratio = Math.min(toGuest.median / tap.toGuest.median, fromGuest.median / tap.fromGuest.median);
    return {
      what: wiring,
      measured: `${rate(toGuest, tap.toGuest)}, ${rate(fromGuest, tap.fromGuest)}, ${milliseconds(roundTripMs.median)}`,
      ...(wiring === "bridge" && { budget: "≥ 0.95 ×", isMet: ratio >= 0.95 }),
    };
  });
}
