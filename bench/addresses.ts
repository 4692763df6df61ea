import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type AllocateRequest, type Ipam, openIpam, openSqliteJournal } from "@peapod/network";
import { type Summary, summarise } from "./statistics.ts";

/** One way of asking: so many at once, every allocation on disk before it is answered. */
export interface AllocationFigures {
  readonly atOnce: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly latency: Summary;
}

export interface AddressFigures {
  readonly empty: readonly AllocationFigures[];
  /** The same pool with `heldBefore` addresses held. */
  readonly full: readonly AllocationFigures[];
  readonly openMs: number;
  readonly fileBytes: number;
  readonly heapPerAllocationBytes: number;
  /** Making the allocator know a pool. */
  readonly heapOfSlash8Bytes: number;
  readonly heapOfSlash64Bytes: number;
}

export const heldBefore = 100_000;
const atOnce = [1, 8, 64];
const rounds = 2_000;
const pool = { name: "pool", subnet: "10.0.0.0/8", ips: ["10.0.0.2-10.255.255.254"], gateway: "10.0.0.1" };
const six = { name: "six", subnet: "fd00::/64", ips: ["fd00::2-fd00::ffff:ffff:ffff:fffe"] };

/** The allocator alone, over its journal on disk: from an empty pool, and from one with many addresses held. */
export async function measureAddresses(): Promise<AddressFigures> {
  const folder = mkdtempSync("/var/tmp/peapod-bench-ipam-");
  try {
    const path = join(folder, "ipam.db");
    let before = heapBytes();
    let ipam = openIpam(openSqliteJournal(path));
    await ipam.putPool(pool);
    const heapOfSlash8Bytes = heapBytes() - before;
    before = heapBytes();
    await ipam.putPool(six);
    const heapOfSlash64Bytes = heapBytes() - before;
    const empty = await measureAll(ipam);
    before = heapBytes();
    await fill(ipam);
    const heapPerAllocationBytes = (heapBytes() - before) / heldBefore;
    const full = await measureAll(ipam);
    ipam[Symbol.dispose]();
    const started = performance.now();
    ipam = openIpam(openSqliteJournal(path));
    const openMs = performance.now() - started;
    ipam[Symbol.dispose]();
    const fileBytes = statSync(path).size;
    return { empty, full, openMs, fileBytes, heapPerAllocationBytes, heapOfSlash8Bytes, heapOfSlash64Bytes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureAll(ipam: Ipam): Promise<readonly AllocationFigures[]> {
  await measure(ipam, 8); // warms up
  const figures: AllocationFigures[] = [];
  for (const count of atOnce) figures.push(await measure(ipam, count));
  return figures;
}

/** Each worker asks for the next address when it has the one before; all are given back afterwards. */
async function measure(ipam: Ipam, count: number): Promise<AllocationFigures> {
  const latencies: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < rounds) {
      next += 1;
      const asked = request(`bench-${next}`);
      const started = performance.now();
      await ipam.allocate(asked);
      latencies.push(performance.now() - started);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: count }, worker));
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(Array.from({ length: rounds }, (_, n) => ipam.release(request(`bench-${n + 1}`).owner)));
  return { atOnce: count, perSecond: rounds / seconds, latency: summarise(latencies) };
}

/** Every third address is free again afterwards: a pool in use has gaps. */
async function fill(ipam: Ipam): Promise<void> {
  const total = (heldBefore * 3) / 2;
  const batch = 5_000;
  for (let first = 0; first < total; first += batch) {
    const asked = Array.from({ length: batch }, (_, n) => request(`held-${first + n}`));
    await Promise.all(asked.map((one) => ipam.allocate(one)));
  }
  const gaps = Array.from({ length: total / 3 }, (_, n) => request(`held-${n * 3}`).owner);
  await Promise.all(gaps.map((owner) => ipam.release(owner)));
}

function request(name: string): AllocateRequest {
  return {
    owner: { kind: "vm", namespace: "default", name },
    holder: { podUid: `uid-${name}`, podName: `virt-launcher-${name}`, node: "node" },
    nics: [{ interface: "eth0", addresses: [{ family: 4, pools: ["pool"] }] }],
  };
}

/** What is alive. */
function heapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** V8 collects when it likes, unless it is asked. */
function collect(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}
