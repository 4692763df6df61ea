import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Pod, VirtualMachine, VirtualMachineInstance } from "@peapod/api";
import type { Client } from "@peapod/machinery";
import { eventually } from "../e2e/harness.ts";
import { firstLine, guestManifest } from "./guest-manifest.ts";
import { type GuestPlace, readPid, readPlace } from "./places.ts";
import { startedAt } from "./processes.ts";
import { type Change, Recorder } from "./recorder.ts";

/** One start, from the moment its `create` was answered. All in milliseconds. */
export interface Start {
  readonly name: string;
  readonly acceptedAt: number;
  /** How long `create` itself took. */
  readonly createMs: number;
  /** The process that becomes QEMU was started; the kernel's clock shows hundredths of a second. */
  readonly processMs: number;
  /** QEMU had opened its monitor: it runs beyond doubt. */
  readonly qemuMs: number;
  /** The first line of the guest's init was in the console log. */
  readonly firstLineMs: number;
  /** A watcher saw the phase Running. */
  readonly runningMs: number;
  readonly writes: Writes;
}

/** Object writes of one start, by the store's own counter. */
export interface Writes {
  /** Updates after the creation, the one to Running included. */
  readonly vmiUpdates: number;
  readonly podUpdates: number;
  readonly vmUpdates: number;
  /** Of all kinds, Events too; the creation of the VM not included. */
  readonly all: number;
}

/** Creates a VM, waits for its guest's first line, and hands both over; whoever gets it ends it with `end`. */
export async function startGuest(
  client: Client,
  dataDir: string,
  name: string,
): Promise<{ start: Start; place: GuestPlace }> {
  await using vms = await Recorder.start(client, VirtualMachine, "default");
  await using vmis = await Recorder.start(client, VirtualMachineInstance, "default");
  await using pods = await Recorder.start(client, Pod, "default");
  const askedAt = performance.now();
  const created = await client.create(VirtualMachine, guestManifest(name));
  const acceptedAt = Date.now();
  const createMs = performance.now() - askedAt;

  const running = await eventually(`vmi/${name} runs`, () => vmis.changes.find(isRunning));
  const place = readPlace(dataDir, running.object.metadata.uid ?? "");
  const firstLineAt = await eventually(`${name} prints its first line`, () => timeOfFirstLine(place));
  const until = <T>(changes: readonly Change<T>[]): number =>
    changes.filter(({ type, revision }) => type === "MODIFIED" && revision <= running.revision).length;
  return {
    place,
    start: {
      name,
      acceptedAt,
      createMs,
      processMs: startedAt(readPid(place)) - acceptedAt,
      qemuMs: statSync(join(place.runDir, "qmp0.sock")).mtimeMs - acceptedAt,
      firstLineMs: firstLineAt - acceptedAt,
      runningMs: running.at - acceptedAt,
      writes: {
        vmiUpdates: until(vmis.changes),
        podUpdates: until(pods.changes),
        vmUpdates: until(vms.changes),
        all: running.revision - Number(created.metadata.resourceVersion),
      },
    },
  };
}

/** Deletes a VM and waits until nothing of its guest is left. */
export async function end(client: Client, name: string, place: GuestPlace): Promise<void> {
  await client.delete(VirtualMachine, { namespace: "default", name });
  await eventually(`${name} is gone`, async () => {
    if (existsSync(place.dataDir)) return undefined;
    return (await client.find(VirtualMachine, { namespace: "default", name })) === undefined || undefined;
  });
}

function isRunning({ object }: Change<VirtualMachineInstance>): boolean {
  return object.status?.phase === "Running";
}

/** Each line of the console log begins with the time at which its end came. */
function timeOfFirstLine({ dataDir }: GuestPlace): number | undefined {
  const path = join(dataDir, "serial.log");
  if (!existsSync(path)) return undefined;
  const line = readFileSync(path, "utf8")
    .split("\n")
    .find((text) => firstLine.test(text));
  return line === undefined ? undefined : Date.parse(line.slice(0, line.indexOf(" ")));
}
