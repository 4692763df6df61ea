import { readFileSync } from "node:fs";
import { run } from "@peapod/machinery/node";
import { planLoss, readLinks, readSeenAddresses } from "@peapod/network";
import { exampleAttachment } from "@peapod/network/testing";
import { makePorts } from "./watching-ports.ts";

/** What it costs to keep an eye on a running guest's interfaces. */
export interface WatchFigures {
  /** CPU of one look at the links of a guest with one interface, microseconds. */
  readonly lookMicroseconds: number;
  /** CPU of asking the kernel once which addresses a guest uses, in the asker and in the program it starts, milliseconds. */
  readonly askMilliseconds: number;
  /** CPU of one look at the node's ends of all its guests' interfaces, with one guest and with a hundred, milliseconds. */
  readonly portsMilliseconds: { readonly one: number; readonly hundred: number };
}

const looks = 20_000;
const asks = 100;
const table = "bench_watch";

export async function measureWatching(): Promise<WatchFigures> {
  const attachment = exampleAttachment();
  const none = new Set<string>();
  let before = cpuMs();
  for (let look = 0; look < looks; look++) {
    const links = readLinks("self");
    if (links) planLoss(attachment, { links, ports: new Map(), unserved: none, unfinished: none });
  }
  const lookMicroseconds = ((cpuMs() - before) * 1000) / looks;
  const sets = ["ipv4", "ipv6"].map((name) => `set ${name} { type ${name}_addr; flags dynamic, timeout; size 16; }`);
  await run(["nft", "-f", "-"], { input: `table netdev ${table} {\n${sets.join("\n")}\n}\n` });
  try {
    before = cpuMs();
    for (let ask = 0; ask < asks; ask++) await readSeenAddresses("/proc/self/ns/net", `netdev ${table}`);
    const askMilliseconds = (cpuMs() - before) / asks;
    const portsMilliseconds = { one: await measurePorts(1), hundred: await measurePorts(100) };
    return { lookMicroseconds, askMilliseconds, portsMilliseconds };
  } finally {
    await run(["nft", "delete", "table", "netdev", table]);
  }
}

async function measurePorts(guests: number): Promise<number> {
  await using ports = await makePorts(guests);
  const before = cpuMs();
  for (let ask = 0; ask < asks; ask++) await ports.look();
  return (cpuMs() - before) / asks;
}

/** Of this process and of all that it started and that has ended, in steps of 10 ms. */
function cpuMs(): number {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}
