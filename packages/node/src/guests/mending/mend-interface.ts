import type { Pod, VirtualMachineInstance } from "@peapod/api";
import { defineCheckpoints, reached } from "@peapod/machinery/node";
import {
  type Attachment,
  dnsmasqFiles,
  ensureBinding,
  passtFiles,
  raiseLink,
  renewedTapName,
  type StandInKind,
  stopDnsmasq,
  stopPasst,
} from "@peapod/network";
import { nicBackendId, nicDeviceId } from "@peapod/qemu";
import { announce, removeBackend, reopenTap, setLink } from "@peapod/qemu/node";
import type { PodNetworks } from "../../pods/ports.ts";
import type { SandboxStore } from "../../sandbox/store.ts";
import type { Sandbox, SandboxInterface } from "../../sandbox/types.ts";
import type { LiveGuest } from "../live-guest.ts";
import { bindingPlanOf } from "../make-ready.ts";
import type { SeenLoss } from "../types.ts";
import { renderPort } from "./render/port.ts";

export interface MendDeps {
  readonly networks: Pick<PodNetworks, "reattach">;
  readonly sandboxes: SandboxStore;
  readonly standIn: StandInKind;
}

export interface MendRequest {
  readonly vmi: VirtualMachineInstance;
  readonly pod: Pod;
  readonly sandbox: Sandbox;
  readonly loss: SeenLoss;
  readonly live: LiveGuest;
  readonly pid: number;
}

defineCheckpoints(["mending/reattached", "mending/replugged", "mending/unserved"]);

/** Nothing that can be done from outside gives this guest its interface back: it has to be started anew. */
export class UnpluggedError extends Error {
  override readonly name = "UnpluggedError";
}

/**
 * Gives a running guest back what its interface lost: the pod is attached again, QEMU gets a new tap, links and rules are made as they
 * were, the DHCP server is started. May be repeated after a death at any point, for what is left to do shows in the pod's links.
 *
 * @returns the interface as it is now
 * @throws {UnpluggedError} when only a restart helps
 */
export async function mendInterface(request: MendRequest, deps: MendDeps, signal: AbortSignal): Promise<Attachment> {
  const { vmi, sandbox, loss, live, pid } = request;
  const { netnsPath, runDir, cgroupPaths, uid } = sandbox;
  const { qmp } = live.guest;
  const nic = live.domain.nics.find(({ name }) => name === loss.name);
  if (loss.isUnplugged && nic?.backend.type === "macvtap") {
    // QEMU would poll what is gone with all its might; so the guest sees its cable out.
    await removeBackend(qmp, nicBackendId(loss.name), { signal });
    throw restartNeeded(vmi, loss, "its macvtap went, and a running QEMU cannot be given another");
  }
  await raisePort(loss, signal);
  const podInterface = loss.isDetached ? await reattach(request, deps, signal) : undefined;
  reached("mending/reattached");
  const plan = bindingPlanOf(vmi, sandbox, loss.name, deps.standIn, podInterface);
  if (loss.isUnplugged && nic?.backend.type === "tap") {
    const { nics } = live.domain;
    const ifName = renewedTapName(nic.backend.ifName);
    await reopenTap({ pid, qmp, nics, name: nic.name, ifName, uid, signal }).catch(async (cause: unknown) => {
      signal.throwIfAborted();
      await removeBackend(qmp, nicBackendId(loss.name), { signal });
      throw restartNeeded(vmi, loss, "its tap went, and QEMU could not be given another", cause);
    });
  }
  reached("mending/replugged");
  if (loss.isUnserved) await stopDnsmasq(dnsmasqFiles(runDir, loss.podInterfaceName));
  reached("mending/unserved");
  const attachment = await ensureBinding(plan, { netnsPath, runDir, cgroupPaths, signal });
  // The one that is there holds sockets of an interface that went; the next one is started as when it had died.
  if (attachment.passtArguments && !isUntouched(loss)) await stopPasst(passtFiles(runDir, loss.podInterfaceName));
  const isMoved = podInterface && hasMoved(sandbox, podInterface);
  if (isMoved && nic?.linkUp && plan.binding === "bridge") {
    // As after a cable was pulled out and put in, the guest asks for its address again.
    for (const up of [false, true]) await setLink(qmp, nicDeviceId(loss.name), up, { signal });
  }
  // Switches learn where it is now.
  if (loss.isDetached && nic?.linkUp && plan.binding === "bridge")
    await announce(qmp, nicDeviceId(loss.name), { signal });
  await live.wires.lookDeeper();
  const left = live.wires.portTrouble(loss.podInterfaceName);
  if (left) throw new Error(`Cannot keep interface "${loss.name}" on its network: ${renderPort(left)} once more`);
  return attachment;
}

/** Nothing of the pod was made anew. */
function isUntouched({ links, isDetached, port }: SeenLoss): boolean {
  return port !== undefined && links.length === 0 && !isDetached;
}

async function raisePort({ name, port }: SeenLoss, signal: AbortSignal): Promise<void> {
  if (port?.is !== "down") return;
  const { link, next } = port;
  if (next === "raise") await raiseLink(link, signal);
  if (next !== "wait") return;
  throw new Error(
    `Cannot bring interface "${name}" back: its bridge "${link}" is down on this node; when it is up, so is the guest's network`,
  );
}

async function reattach(
  { pod, sandbox, loss }: MendRequest,
  { networks, sandboxes }: MendDeps,
  signal: AbortSignal,
): Promise<SandboxInterface> {
  const { podInterfaceName, isCut } = loss;
  const after = await networks.reattach(pod, sandbox, { ifName: podInterfaceName, isCut }, signal);
  const known = sandboxes.findByVmi(sandbox.vmiUid);
  if (known?.state === "standing" && hasMoved(known, after)) {
    const interfaces = known.interfaces.map((one) => (one.name === after.name ? after : one));
    await sandboxes.put({ ...known, interfaces });
  }
  return after;
}

function hasMoved({ interfaces }: Sandbox, { name, addresses }: SandboxInterface): boolean {
  const before = interfaces.find((one) => one.name === name);
  return before?.addresses.join() !== addresses.join();
}

function restartNeeded(
  { metadata }: VirtualMachineInstance,
  { name }: SeenLoss,
  because: string,
  cause?: unknown,
): UnpluggedError {
  const advice = `restart the VM to give it a new one: virtctl restart ${metadata.name} -n ${metadata.namespace}`;
  return new UnpluggedError(`Cannot plug interface "${name}" in again: ${because}; ${advice}`, { cause });
}
