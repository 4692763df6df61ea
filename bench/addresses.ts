import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type AllocateRequest, type Ipam, openIpam, openSqliteJournal } from "@peapod/network";
import { type Summary, summarise } from "./statistics.ts";

/** Every allocation on disk before it is answered. */
export interface AllocationFigures {
  /** The median over the turns. */
  readonly perSecond: number;
  /** Milliseconds. */
  readonly latency: Summary;
}

/** The same asked of a pool of which nothing is held and of one in use, in turns. */
export interface AllocationPair {
  readonly atOnce: number;
  readonly empty: AllocationFigures;
  /** The same pool with `heldBefore` addresses held. */
  readonly full: AllocationFigures;
  /** How much longer it takes from the pool in use: the median over the turns. */
  readonly ratio: number;
}

export interface AddressFigures {
  readonly pairs: readonly AllocationPair[];
  readonly openMs: number;
  readonly fileBytes: number;
  readonly heapPerAllocationBytes: number;
  /** Making the allocator know a pool. */
  readonly heapOfSlash8Bytes: number;
  readonly heapOfSlash64Bytes: number;
}

export const heldBefore = 100_000;
const atOnce = [1, 8, 64];
/** Allocations of one turn. */
const asked = 2_000;
const turns = 15;
const pool = { name: "pool", subnet: "10.0.0.0/8", ips: ["10.0.0.2-10.255.255.254"], gateway: "10.0.0.1" };
const six = { name: "six", subnet: "fd00::/64", ips: ["fd00::2-fd00::ffff:ffff:ffff:fffe"] };

/** The allocator alone, over its journal on disk: from an empty pool, and from one with many addresses held. */
export async function measureAddresses(): Promise<AddressFigures> {
  const folder = mkdtempSync("/var/tmp/peapod-bench-ipam-");
  try {
    const path = join(folder, "full.db");
    using empty = openIpam(openSqliteJournal(join(folder, "empty.db")));
    await empty.putPool(pool);
    let before = heapBytes();
    let full = openIpam(openSqliteJournal(path));
    await full.putPool(pool);
    const heapOfSlash8Bytes = heapBytes() - before;
    before = heapBytes();
    await full.putPool(six);
    const heapOfSlash64Bytes = heapBytes() - before;
    before = heapBytes();
    await fill(full);
    const heapPerAllocationBytes = (heapBytes() - before) / heldBefore;
    const pairs: AllocationPair[] = [];
    for (const count of [8, ...atOnce]) pairs.push(await measurePair(empty, full, count));
    full[Symbol.dispose]();
    const started = performance.now();
    full = openIpam(openSqliteJournal(path));
    const openMs = performance.now() - started;
    full[Symbol.dispose]();
    const fileBytes = statSync(path).size;
    const warm = pairs.slice(1); // the first of them warms up
    return { pairs: warm, openMs, fileBytes, heapPerAllocationBytes, heapOfSlash8Bytes, heapOfSlash64Bytes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In turns, the other one first each time, and nobody pays for another's garbage: what else the machine does hits both alike. */
async function measurePair(empty: Ipam, full: Ipam, count: number): Promise<AllocationPair> {
  const [ofEmpty, ofFull]: [Turn[], Turn[]] = [[], []];
  for (let turn = 0; turn < turns; turn += 1) {
    const order = turn % 2 === 0 ? ([empty, full] as const) : ([full, empty] as const);
    for (const ipam of order) {
      collect();
      (ipam === empty ? ofEmpty : ofFull).push(await measureTurn(ipam, count));
    }
  }
  const ratios = ofFull.map(({ seconds }, turn) => seconds / (ofEmpty[turn]?.seconds ?? Number.NaN));
  return { atOnce: count, empty: figuresOf(ofEmpty), full: figuresOf(ofFull), ratio: summarise(ratios).median };
}

interface Turn {
  readonly seconds: number;
  /** Milliseconds. */
  readonly latencies: readonly number[];
}

/** Each worker asks for the next address when it has the one before; all are given back afterwards. */
async function measureTurn(ipam: Ipam, count: number): Promise<Turn> {
  const latencies: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < asked) {
      next += 1;
      const wanted = request(`bench-${next}`);
      const started = performance.now();
      await ipam.allocate(wanted);
      latencies.push(performance.now() - started);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: count }, worker));
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(Array.from({ length: asked }, (_, n) => ipam.release(request(`bench-${n + 1}`).owner)));
  return { seconds, latencies };
}

function figuresOf(all: readonly Turn[]): AllocationFigures {
  return {
    perSecond: summarise(all.map(({ seconds }) => asked / seconds)).median,
    latency: summarise(all.flatMap(({ latencies }) => latencies)),
  };
}

/** Every third address is free again afterwards: a pool in use has gaps. */
async function fill(ipam: Ipam): Promise<void> {
  const total = (heldBefore * 3) / 2;
  const batch = 5_000;
  for (let first = 0; first < total; first += batch) {
    const wanted = Array.from({ length: batch }, (_, n) => request(`held-${first + n}`));
    await Promise.all(wanted.map((one) => ipam.allocate(one)));
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
