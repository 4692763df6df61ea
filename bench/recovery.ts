import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { NetworkAttachmentDefinition, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import type { Client } from "@peapod/machinery";
import { run } from "@peapod/machinery/node";
import { hostLinkName } from "@peapod/network";
import { eventually } from "../e2e/harness.ts";
import { guestManifest } from "./guest-manifest.ts";
import { readPlace } from "./places.ts";
import { type Summary, summarise } from "./statistics.ts";

/** What goes wrong or changes under a running guest, and how long that takes to be right again. Milliseconds. */
export interface RecoveryFigures {
  /** From the kill of a guest's passt to its next answer. */
  readonly passt: Summary;
  /** From the deletion of the node's end of a guest's pod to its next answer. */
  readonly interface: Summary;
  /** From another address of a guest with an agent to `status.interfaces`. */
  readonly addressByAgent: Summary;
  /** The same of a guest without one, on a network where nobody gives addresses. */
  readonly addressOnWire: Summary;
}

const namespace = "default";
const everyMs = 10;

/** Takes one address more and speaks from it: to another neighbour each time, for whom nobody waits yet from an address before. */
const userData = (link: string, before: string): string => `#!/bin/sh
${before}
cat > /www/cgi-bin/address <<'END'
#!/bin/sh
ip address replace "$QUERY_STRING/24" dev ${link}
printf 'Content-Type: a/b\\r\\n\\r\\n'
ping -c 1 -W 1 -I "$QUERY_STRING" "\${QUERY_STRING%.*}.1\${QUERY_STRING##*.}" > /dev/null 2>&1 &
END
chmod 755 /www/cgi-bin/address
`;

export async function measureRecovery(client: Client, dataDir: string, rounds: number): Promise<RecoveryFigures> {
  const passt = await measurePasst(client, dataDir, rounds);
  const [lost, addressByAgent] = await measureBridge(client, dataDir, rounds);
  return { passt, interface: lost, addressByAgent, addressOnWire: await measureWire(client, rounds) };
}

async function measurePasst(client: Client, dataDir: string, rounds: number): Promise<Summary> {
  const manifest = guestManifest("bench-passt", { binding: { passt: {} } });
  return await withGuest(client, manifest, async ({ uid, address }) => {
    const { runDir } = readPlace(dataDir, uid);
    return await repeat(rounds, async () => {
      process.kill(Number(readFileSync(join(runDir, "passt-eth0.pid"), "utf8")), "SIGKILL");
      const killedAt = performance.now();
      await soon(() => answers(address));
      return performance.now() - killedAt;
    });
  });
}

async function measureBridge(client: Client, dataDir: string, rounds: number): Promise<readonly [Summary, Summary]> {
  const manifest = guestManifest("bench-lost", { binding: { bridge: {} }, userData: userData("eth0", "") });
  return await withGuest(client, manifest, async ({ uid, address }) => {
    const { instance, number } = JSON.parse(readFileSync(join(dataDir, "guests", uid, "sandbox.json"), "utf8"));
    await eventually("its agent answers", async () => {
      const { status } = await client.get(VirtualMachineInstance, { namespace, name: "bench-lost" });
      return status?.conditions?.some(({ type }) => type === "AgentConnected") || undefined;
    });
    const byAgent = await repeat(rounds, (round) =>
      changeAddress(client, "bench-lost", address, `10.77.0.${10 + round}`),
    );
    const lost = await repeat(rounds, async () => {
      await run(["ip", "link", "delete", hostLinkName(instance, number, 0)]);
      const deletedAt = performance.now();
      await soon(() => answers(address));
      return performance.now() - deletedAt;
    });
    return [lost, byAgent] as const;
  });
}

async function measureWire(client: Client, rounds: number): Promise<Summary> {
  const config = { cniVersion: "1.0.0", name: "bare", type: "bridge", bridge: "benchbare", ipam: {} };
  const spec = { config: JSON.stringify(config) };
  const { apiVersion, kind } = { apiVersion: "k8s.cni.cncf.io/v1", kind: "NetworkAttachmentDefinition" };
  await client.create(NetworkAttachmentDefinition, { apiVersion, kind, metadata: { namespace, name: "bare" }, spec });
  const before = "rm /usr/sbin/qemu-ga; killall -q qemu-ga; ip link set eth1 up";
  const manifest = guestManifest("bench-wire", { userData: userData("eth1", before), secondNetwork: "bare" });
  return await withGuest(client, manifest, ({ address }) =>
    repeat(rounds, (round) => changeAddress(client, "bench-wire", address, `10.78.0.${10 + round}`)),
  );
}

/** From the answer of the guest, which has the address by then, to the status that names it. */
async function changeAddress(client: Client, name: string, address: string, added: string): Promise<number> {
  await (await fetch(`http://${address}/cgi-bin/address?${added}`, { signal: AbortSignal.timeout(10_000) })).text();
  const changedAt = performance.now();
  await soon(async () => {
    const { status } = await client.get(VirtualMachineInstance, { namespace, name });
    return status?.interfaces?.some(({ ipAddresses = [] }) => ipAddresses.includes(added)) ?? false;
  });
  return performance.now() - changedAt;
}

async function withGuest<T>(
  client: Client,
  manifest: VirtualMachine,
  work: (guest: { readonly uid: string; readonly address: string }) => Promise<T>,
): Promise<T> {
  const { name = "" } = manifest.metadata;
  await client.create(VirtualMachine, manifest);
  const guest = await eventually(`vmi/${name} runs`, async () => {
    const vmi = await client.find(VirtualMachineInstance, { namespace, name });
    const address = vmi?.status?.phase === "Running" ? vmi.status.interfaces?.[0]?.ipAddress : undefined;
    return address === undefined ? undefined : { uid: vmi?.metadata.uid ?? "", address };
  });
  await eventually(`${name} answers`, () => answers(guest.address));
  // Cloud-init is the last to run.
  await sleep(3_000);
  try {
    return await work(guest);
  } finally {
    await client.delete(VirtualMachine, { namespace, name });
    await eventually(
      `${name} is gone`,
      async () => !(await client.find(VirtualMachine, { namespace, name })) || undefined,
    );
  }
}

async function repeat(rounds: number, once: (round: number) => Promise<number>): Promise<Summary> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    times.push(await once(round));
    // Beats of the agent and what it has just started are not to be in step with us.
    await sleep(1_500 + Math.random() * 700);
  }
  return summarise(times);
}

async function soon(look: () => Promise<boolean>): Promise<void> {
  const givenUpAt = performance.now() + 60_000;
  while (!(await look().catch(() => false))) {
    if (performance.now() > givenUpAt) throw new Error("Cannot measure what does not happen within a minute");
    await sleep(everyMs);
  }
}

async function answers(address: string): Promise<boolean> {
  const response = await fetch(`http://${address}/`, {
    signal: AbortSignal.timeout(200),
    headers: { connection: "close" },
  });
  return (await response.text()) !== "";
}
