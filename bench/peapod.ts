import { join } from "node:path";
import { guestImage, type Peapod, startPeapod } from "../e2e/harness.ts";
import { ByHand, type HandStart } from "./by-hand.ts";
import { image } from "./guest-manifest.ts";
import {
  type Growth,
  type GuestMemory,
  guestMemory,
  measureGrowth,
  type OwnMemory,
  ownMemory,
  settle,
} from "./memory.ts";
import { measureNetwork, type NetworkFigures } from "./network.ts";
import { readDomain } from "./places.ts";
import { measureRecovery, type RecoveryFigures } from "./recovery.ts";
import { measureRestarts, type Restart } from "./restart.ts";
import { readSteps, type Stage, summariseSteps } from "./stages.ts";
import { end, type Start, startGuest } from "./start.ts";

export interface PeapodFigures {
  /** `kvm` or `tcg` */
  readonly accelerator: string;
  /** Before any guest. */
  readonly idle: OwnMemory;
  readonly starts: readonly Start[];
  readonly handStarts: readonly HandStart[];
  readonly memory: readonly GuestMemory[];
  readonly growth: Growth;
  readonly restarts: readonly Restart[];
  readonly recovery: RecoveryFigures;
  readonly network: readonly NetworkFigures[];
  /** Where the time between `create` and QEMU goes. */
  readonly stages: readonly Stage[];
}

/** A whole standalone Peapod, its guests one after another, each followed by its QEMU started by hand. */
export async function measurePeapod(guests: number, progress: (text: string) => void): Promise<PeapodFigures> {
  await using undo = new AsyncDisposableStack();
  const disk = await guestImage();
  progress("Peapod starts");
  const after = (work: () => Promise<void>): void => undo.defer(work);
  const peapod = await startPeapod({ name: "bench", after } as Parameters<typeof startPeapod>[0], {
    images: { [image]: disk },
  });
  // The first start after an update compiles every source and holds what that took: the second is what people live with.
  await peapod.down();
  await peapod.up();
  await settle();
  const idle = ownMemory();
  const client = await peapod.client();

  // The first guest finds nothing in any cache: it warms up and is not counted.
  const warmUp = await startGuest(client, peapod.dataDir, "bench-warm-up");
  const domain = readDomain(warmUp.place);
  const byHand = undo.use(await ByHand.learn(domain, warmUp.place, join("/run", "bench-by-hand"), disk));
  await end(client, "bench-warm-up", warmUp.place);

  const starts: Start[] = [];
  const handStarts: HandStart[] = [];
  const memory: GuestMemory[] = [];
  for (let number = 1; number <= guests; number++) {
    progress(`guest ${number} of ${guests}, by Peapod and by hand`);
    const name = `bench-${number}`;
    const { start, place } = await startGuest(client, peapod.dataDir, name);
    starts.push(start);
    memory.push(guestMemory(place));
    await end(client, name, place);
    handStarts.push(await byHand.start());
  }
  progress("guests that wait");
  const growth = await measureGrowth(client, peapod.dataDir, guests);
  progress("a guest whose pod is deleted");
  const restarts = await measureRestarts(client, guests);
  progress("guests that lose something, or change their address");
  const recovery = await measureRecovery(client, peapod.dataDir, guests);
  const network = await measureNetwork(client, peapod.dataDir, disk, progress);
  return {
    accelerator: domain.machine.accelerator.type,
    idle,
    starts,
    handStarts,
    memory,
    growth,
    restarts,
    recovery,
    network,
    stages: stagesOf(peapod, starts),
  };
}

function stagesOf({ dataDir }: Peapod, starts: readonly Start[]): readonly Stage[] {
  const logs = ["control-plane.log", "agent.log"].map((name) => join(dataDir, "logs", name));
  return summariseSteps(starts.map(({ acceptedAt, runningMs }) => readSteps(logs, acceptedAt, acceptedAt + runningMs)));
}
