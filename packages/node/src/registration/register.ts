import { Lease, Node } from "@peapod/api";
import { type Client, isAlreadyExists, isConflict, type Log, microTimestampOf } from "@peapod/machinery";
import { type GivenFacts, observeMachine } from "./machine-facts.ts";
import { renderNode } from "./render/node.ts";

export interface RegistrationOptions {
  readonly client: Client;
  readonly given: GivenFacts;
  readonly log: Log;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly leaseSeconds?: number;
  /** The Node object is written again this often; the lease says "alive" in between. */
  readonly refreshMs?: number;
}

/**
 * Makes this machine a Node and keeps it Ready: a lease every quarter of its life, the Node itself every minute (upstream's heartbeat
 * annotation is on it). Resolves after the first registration; goes on until the signal. A server that is away is waited for.
 */
export async function registerNode(options: RegistrationOptions): Promise<void> {
  const { log, signal, leaseSeconds = 40, refreshMs = 60_000 } = options;
  await untilDone("node not registered yet", () => writeNode(options), options);
  await untilDone("lease not written yet", () => writeLease(options, leaseSeconds), options);
  const guard = (what: string, work: () => Promise<void>) => () =>
    work().catch((error: unknown) => {
      if (!signal.aborted) log.warn(what, { error });
    });
  const renew = setInterval(
    guard("lease not renewed", () => writeLease(options, leaseSeconds)),
    (leaseSeconds * 1000) / 4,
  );
  const refresh = setInterval(
    guard("node not refreshed", () => writeNode(options)),
    refreshMs,
  );
  signal.addEventListener("abort", () => {
    clearInterval(renew);
    clearInterval(refresh);
  });
}

async function writeNode({ client, given, now, signal }: RegistrationOptions): Promise<void> {
  const machine = await observeMachine(given);
  const key = { name: given.nodeName };
  const before = await client.find(Node, key, { signal });
  const node = renderNode(machine, before, now());
  // A create drops the status, an update keeps it: two writes, as a kubelet makes them.
  const written = before ? await client.update(Node, node, { signal }) : await client.create(Node, node, { signal });
  await client.updateStatus(Node, { ...written, ...(node.status && { status: node.status }) }, { signal });
}

async function writeLease({ client, given, now, signal }: RegistrationOptions, leaseSeconds: number): Promise<void> {
  const key = { namespace: "kube-node-lease", name: given.nodeName };
  const spec = {
    holderIdentity: given.nodeName,
    leaseDurationSeconds: leaseSeconds,
    renewTime: microTimestampOf(now()),
  };
  const before = await client.find(Lease, key, { signal });
  if (before) {
    await client.update(Lease, { ...before, spec }, { signal });
    return;
  }
  await client.create(Lease, { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: key, spec }, { signal });
}

async function untilDone(
  waiting: string,
  work: () => Promise<void>,
  { log, signal }: RegistrationOptions,
): Promise<void> {
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 5_000)) {
    try {
      await work();
      return;
    } catch (error) {
      signal.throwIfAborted();
      // Another writer was faster: look again at once.
      if (!isConflict(error) && !isAlreadyExists(error)) log.warn(waiting, { error });
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}
