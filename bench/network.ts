import { spawn } from "node:child_process";
import { join } from "node:path";
import { type Interface, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import type { Client } from "@peapod/machinery";
import { run } from "@peapod/machinery/node";
import { eventually } from "../e2e/harness.ts";
import { ByHand } from "./by-hand.ts";
import { guestManifest } from "./guest-manifest.ts";
import { readDomain, readPlace } from "./places.ts";
import { type Summary, summarise } from "./statistics.ts";

/** One way to wire a guest, from the machine to the guest and back. */
export interface NetworkFigures {
  readonly wiring: string;
  /** Mb/s of one connection. */
  readonly toGuest: Summary;
  readonly fromGuest: Summary;
  readonly roundTripMs: Summary;
}

const namespace = "default";

/** A guest that sends as much as one likes, swallows as much, and echoes. */
const userData = `#!/bin/sh
cgi() { printf '#!/bin/sh\\n%s\\n' "$2" > "/www/cgi-bin/$1"; chmod 755 "/www/cgi-bin/$1"; }
type='printf "Content-Type: a/b\\r\\n\\r\\n"'
cgi zero "$type; dd if=/dev/zero bs=65536 count=512 2>/dev/null"
cgi sink "cat > /dev/null; $type"
busybox nc -ll -p 7 -e cat < /dev/null > /dev/null 2>&1 &
cgi ready "$type"
`;

/** A bare tap by hand first, then every binding, on the pod network. */
export async function measureNetwork(
  client: Client,
  dataDir: string,
  disk: string,
  progress: (text: string) => void,
): Promise<readonly NetworkFigures[]> {
  const figures: NetworkFigures[] = [];
  const bindings: readonly (readonly [string, Omit<Interface, "name">])[] = [
    ["masquerade", { masquerade: {} }],
    ["bridge", { bridge: {} }],
    ["passt", { passt: {} }],
    ["macvtap", { macvtap: {} }],
  ];
  for (const [wiring, binding] of bindings) {
    progress(`network: ${wiring}`);
    const name = `bench-${wiring}`;
    await client.create(VirtualMachine, guestManifest(name, { binding, userData }));
    const { uid, address } = await eventually(`vmi/${name} runs`, async () => {
      const vmi = await client.find(VirtualMachineInstance, { namespace, name });
      const ip = vmi?.status?.interfaces?.[0]?.ipAddress;
      return vmi?.status?.phase === "Running" && ip ? { uid: vmi.metadata.uid ?? "", address: ip } : undefined;
    });
    figures.push(await measureFrom(undefined, wiring, address));
    const place = readPlace(dataDir, uid);
    const byHand =
      wiring === "masquerade" ? await ByHand.learn(readDomain(place), place, "/run/bench-tap", disk) : undefined;
    await client.delete(VirtualMachine, { namespace, name });
    await eventually(
      `${name} is gone`,
      async () => !(await client.find(VirtualMachine, { namespace, name })) || undefined,
    );
    if (byHand) {
      progress("network: a bare tap by hand");
      await using guest = byHand;
      await guest.start(async (netnsPath) => {
        figures.unshift(await measureTap(netnsPath));
      });
    }
  }
  return figures;
}

/** Nothing between the guest and whoever asks: the tap has the gateway's address, and a DHCP server of its own. */
async function measureTap(netnsPath: string): Promise<NetworkFigures> {
  const inside = ["nsenter", `--net=${netnsPath}`];
  await run([...inside, "ip", "address", "replace", "10.0.2.1/24", "dev", "tap0"]);
  const flags = ["--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--interface=tap0", "--bind-dynamic"];
  const server = spawn(
    "nsenter",
    [
      `--net=${netnsPath}`,
      "dnsmasq",
      ...flags,
      "--dhcp-leasefile=/run/bench-tap.leases",
      "--dhcp-range=10.0.2.2,10.0.2.2",
    ],
    { stdio: "ignore" },
  );
  try {
    return await measureFrom(netnsPath, "a bare tap by hand", "10.0.2.2");
  } finally {
    server.kill();
  }
}

async function measureFrom(netnsPath: string | undefined, wiring: string, address: string): Promise<NetworkFigures> {
  const enter = netnsPath === undefined ? [] : ["nsenter", `--net=${netnsPath}`];
  const client = join(import.meta.dirname, "network-client.ts");
  const { stdout } = await run([...enter, process.execPath, client, address], { timeoutMs: 300_000 });
  const said: { [key in "toGuest" | "fromGuest" | "roundTripsMs"]: number[] } = JSON.parse(stdout);
  return {
    wiring,
    toGuest: summarise(said.toGuest),
    fromGuest: summarise(said.fromGuest),
    roundTripMs: summarise(said.roundTripsMs),
  };
}
