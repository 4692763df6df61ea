import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ConfigMap } from "@peapod/api";
import { startTestServer } from "@peapod/apiserver/testing";
import type { Client } from "@peapod/machinery";
import { connectKubeconfig } from "../e2e/client.ts";
import { type Summary, summarise } from "./statistics.ts";

/** What one way of reaching the API server gives. */
export interface ApiFigures {
  /** One after the other, in milliseconds. */
  readonly create: Summary;
  readonly createsPerSecond: number;
  /** With `writers` requests under way at a time. */
  readonly createsPerSecondAtOnce: number;
  readonly get: Summary;
  /** All objects that were made. */
  readonly list: Summary;
  /** From one update's answer until each of the watchers has it. */
  readonly fanOut: Summary;
}

export const writers = 32;
export const watchers = 100;
const singles = 300;
const together = 2_000;

/** The API server alone, on a store on disk: asked in its own process, and over TLS. */
export async function measureApiServer(): Promise<{ readonly inProcess: ApiFigures; readonly overTls: ApiFigures }> {
  const dataDir = mkdtempSync("/var/tmp/peapod-bench-api-");
  try {
    await using server = await startTestServer({ dataDir: join(dataDir, "store") });
    const inProcess = await measure(server.client, "in-process");
    const overTls = await measure(await connectKubeconfig(server.kubeconfig), "over-tls");
    return { inProcess, overTls };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(client: Client, prefix: string): Promise<ApiFigures> {
  const create = await timeEach(singles, (index) => client.create(ConfigMap, configMap(`${prefix}-one-${index}`)));
  const createsPerSecondAtOnce = await perSecond(together, (index) =>
    client.create(ConfigMap, configMap(`${prefix}-many-${index}`)),
  );
  return {
    create,
    createsPerSecond: 1000 / create.median,
    createsPerSecondAtOnce,
    get: await timeEach(singles, (index) =>
      client.get(ConfigMap, { namespace: "default", name: `${prefix}-one-${index}` }),
    ),
    list: await timeEach(5, () => client.list(ConfigMap, { namespace: "default", limit: 2_000 })),
    fanOut: await measureFanOut(client, prefix),
  };
}

async function measureFanOut(client: Client, prefix: string): Promise<Summary> {
  const name = `${prefix}-one-0`;
  const { resourceVersion } = await client.list(ConfigMap, { namespace: "default", limit: 1 });
  const stop = new AbortController();
  const latencies: number[] = [];
  let updatedAt = 0;
  const options = {
    namespace: "default",
    resourceVersion,
    signal: stop.signal,
    fieldSelector: `metadata.name=${name}`,
  };
  const watching = Array.from({ length: watchers }, async () => {
    for await (const event of client.watch(ConfigMap, options)) {
      if (event.type !== "MODIFIED") continue;
      latencies.push(performance.now() - updatedAt);
      return;
    }
  });
  // A watch is open when its first answer is: a second is ample for a hundred.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  updatedAt = performance.now();
  await client.patch(ConfigMap, { namespace: "default", name }, { data: { changed: "yes" } });
  await Promise.all(watching);
  stop.abort();
  return summarise(latencies);
}

/** Some 3 KB, like a VM. */
function configMap(name: string): ConfigMap {
  return {
    apiVersion: "v1",
    kind: ConfigMap.kind,
    metadata: { name, namespace: "default", labels: { "peapod-bench": "yes" } },
    data: Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`key-${index}`, "x".repeat(90)])),
  };
}

async function timeEach(count: number, work: (index: number) => Promise<unknown>): Promise<Summary> {
  const took: number[] = [];
  for (let index = 0; index < count; index++) {
    const begin = performance.now();
    await work(index);
    took.push(performance.now() - begin);
  }
  return summarise(took);
}

async function perSecond(count: number, work: (index: number) => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (next < count) await work(next++);
    }),
  );
  return count / ((performance.now() - begin) / 1000);
}
