import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { SpiderEndpoint, SpiderIPPool, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import { type Client, formatError, keyOf } from "@peapod/machinery";
import { checkAddresses, type Disagreement, type Ipam, podPoolName, type SocketHandler } from "@peapod/network";
import type { PodOwners } from "./pods/pod-owners.ts";

/** On the agent's socket. */
export const checkPath = "/ipam/check";

/** What is held is published behind the allocations: a difference that is gone when one looks again was none. */
const looks = 12;
const lookEveryMs = 500;

/** Answers `GET /ipam/check` with a list of disagreements. */
export function createCheckHandler(deps: {
  readonly client: Client;
  readonly owners: PodOwners;
  readonly ipam: () => Ipam | undefined;
}): SocketHandler {
  return (request, response) => {
    if (request.method !== "GET" || request.url !== checkPath) return send(response, 404, []);
    check(deps, request).then(
      (found) => send(response, found ? 200 : 503, found ?? []),
      (error: unknown) => send(response, 500, { message: formatError(error) }),
    );
  };
}

async function check(
  { client, owners, ipam: opened }: Parameters<typeof createCheckHandler>[0],
  request: IncomingMessage,
): Promise<readonly Disagreement[] | undefined> {
  const ipam = opened();
  if (!ipam) return undefined;
  for (let look = 1; ; look += 1) {
    const [pools, endpoints, machines, instances] = await Promise.all([
      client.list(SpiderIPPool),
      client.list(SpiderEndpoint),
      client.list(VirtualMachine),
      client.list(VirtualMachineInstance),
    ]);
    const found = checkAddresses({
      allocations: ipam.list(),
      pools: ipam.pools(),
      macsOf: ipam.macsOf,
      ownPool: podPoolName,
      poolObjects: pools.items,
      endpoints: endpoints.items,
      machines: new Set([...machines.items, ...instances.items].map(keyOf)),
      pods: owners.present().map((owner) => ({ owner, interfaces: owners.interfacesOf(owner) })),
    });
    if (found.length === 0 || look === looks || request.destroyed) return found;
    await delay(lookEveryMs);
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(body));
}
