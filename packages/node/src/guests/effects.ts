import { VirtualMachineInstance } from "@peapod/api";
import { renderDomain, type SmbiosConfig, seedTellsInterfaces, withCondition } from "@peapod/compute";
import {
  createMergePatch,
  type EffectContext,
  type Effects,
  formatError,
  InvalidSpecError,
  isConflict,
  isNotFound,
} from "@peapod/machinery";
import { defineCheckpoints, reached } from "@peapod/machinery/node";
import { pressPowerButton, reset, resume, thawFilesystems } from "@peapod/qemu/node";
import { type PreparedDisk, VolumeError } from "@peapod/storage";
import type { Sandbox } from "../sandbox/types.ts";
import type { GuestKeeper } from "./keeper.ts";
import { launchOf } from "./launch.ts";
import type { LiveGuest } from "./live-guest.ts";
import { type MakeReadyDeps, makeReady, pathsOf, prepareVolumes, type Ready } from "./make-ready.ts";
import { type MendDeps, mendInterface, UnpluggedError } from "./mending/mend-interface.ts";
import { interfaceLost, renderLost, renderRestored } from "./mending/render/news.ts";
import { graceSeconds } from "./plan.ts";
import { serveInterfaces } from "./serve-interfaces.ts";
import type { Step } from "./types.ts";

export interface GuestEffectsDeps extends MakeReadyDeps, MendDeps {
  readonly keeper: GuestKeeper;
  readonly qemuPath: string;
  /** What the KubeVirt object says of SMBIOS, now. */
  readonly smbios: () => SmbiosConfig | undefined;
}

defineCheckpoints(["guests/made", "guests/continuing"]);

/** What was made for guests that are not started yet, by their VMIs' uids; after a death it is made again. */
export interface MadeThings {
  readonly ready: Map<string, Ready>;
  readonly disks: Map<string, readonly PreparedDisk[]>;
  /** The state of its sandbox when something was last made ahead of time. */
  readonly triedIn: Map<string, Sandbox["state"]>;
}

export function guestEffects(deps: GuestEffectsDeps, made: MadeThings): Effects<Step> {
  const { keeper } = deps;
  const { ready, disks, triedIn } = made;
  return {
    async getAhead({ vmi, sandbox }, { signal: stop }) {
      const { vmiUid, state } = sandbox;
      triedIn.set(vmiUid, state);
      try {
        await keeper.whileStarting(vmiUid, stop, async (signal) => {
          if (state === "making") {
            if (seedTellsInterfaces(vmi)) return;
            disks.set(vmiUid, await prepareVolumes(vmi, sandbox, deps, signal, undefined));
          } else ready.set(vmiUid, await makeReady(vmi, sandbox, deps, signal, disks.get(vmiUid)));
        });
      } catch {
        stop.throwIfAborted();
        disks.delete(vmiUid);
      }
    },

    makeReady: ({ vmi, sandbox }, context) =>
      reporting(vmi, context, () =>
        keeper.whileStarting(sandbox.vmiUid, context.signal, async (signal) => {
          const { vmiUid } = sandbox;
          if (!ready.has(vmiUid)) {
            ready.set(vmiUid, await makeReady(vmi, sandbox, deps, signal, disks.get(vmiUid)));
          }
          reached("guests/made");
        }),
      ),

    startQemu: ({ vmi, sandbox }, context) =>
      reporting(vmi, context, () =>
        keeper.whileStarting(sandbox.vmiUid, context.signal, async (signal) => {
          const made = ready.get(sandbox.vmiUid) ?? (await makeReady(vmi, sandbox, deps, signal));
          // A second attempt looks again whether all is as it should be.
          for (const known of [ready, disks]) known.delete(sandbox.vmiUid);
          const domain = renderDomain({
            vmi,
            ...made,
            node: deps.node,
            paths: pathsOf(sandbox),
            smbios: deps.smbios(),
          });
          const launch = launchOf(sandbox, domain, made.disks, deps.qemuPath);
          const file = {
            ...made,
            startsPaused: vmi.spec.startStrategy === "Paused",
            graceSeconds: graceSeconds(vmi),
          };
          await keeper.start({ sandbox, domain, file, launch, signal });
          const message = "VirtualMachineInstance defined.";
          context.events.record(vmi, { type: "Normal", reason: "Created", message });
        }),
      ),

    async serveInterfaces({ vmi, sandbox }, context) {
      const serve = async (): Promise<void> => {
        const live = liveOf(keeper, sandbox);
        live.lastServedAt = context.now();
        const { attachments = [] } = keeper.file(sandbox.vmiUid) ?? {};
        await serveInterfaces(attachments, sandbox, { qmp: live.guest.qmp, domain: live.domain }, context.signal);
      };
      await (vmi ? reporting(vmi, context, serve) : serve());
    },

    async mendInterface({ vmi, pod, sandbox, loss }, { events, signal, now }) {
      if (loss.attempts === 0) events.record(vmi, renderLost(loss, sandbox));
      let going: AbortSignal | undefined;
      try {
        await keeper.mend(sandbox, loss.name, signal, async (live, { qemu }, stop) => {
          going = stop;
          const after = await mendInterface({ vmi, pod, sandbox, loss, live, pid: qemu.process.pid }, deps, stop);
          events.record(vmi, renderRestored(loss, sandbox, after.ipAddresses));
          return after;
        });
      } catch (error) {
        if (signal.aborted || going?.aborted) throw error;
        const because = explain(error);
        const isFinal = error instanceof UnpluggedError;
        keeper.live(sandbox.vmiUid)?.wires.failed(loss.name, { because, isFinal, triedAt: now() });
        if (because !== loss.because) events.record(vmi, { type: "Warning", reason: interfaceLost, message: because });
      }
    },

    async letRun({ sandbox }, { signal }) {
      if (!keeper.file(sandbox.vmiUid)?.isContinued) await keeper.record(sandbox, { isContinued: true });
      reached("guests/continuing");
      await resume(liveOf(keeper, sandbox).guest.qmp, { signal });
    },

    async finishReboot({ sandbox }, { signal }) {
      const { qmp } = liveOf(keeper, sandbox).guest;
      await reset(qmp, { signal });
      await resume(qmp, { signal });
      await keeper.record(sandbox, { rebootUntil: undefined });
    },

    async pressPowerButton({ sandbox, vmi, isFirst }, { events, signal, now }) {
      const live = liveOf(keeper, sandbox);
      live.lastPressAt = now();
      await pressPowerButton(live.guest.qmp, { signal });
      if (!vmi || !isFirst) return;
      events.record(vmi, { type: "Normal", reason: "ShuttingDown", message: "Signaled Graceful Shutdown" });
    },

    async thaw({ sandbox }, { signal }) {
      const client = liveOf(keeper, sandbox).agent?.client;
      if (client) await thawFilesystems(client, { signal });
      await keeper.record(sandbox, { frozenUntil: undefined });
    },

    async endGuest({ sandbox, vmi, end }, { events }) {
      const isForced = end.reason === "GracePeriodExpired" || end.reason === "Destroyed";
      if (vmi && isForced) {
        events.record(vmi, { type: "Normal", reason: "Stopped", message: "VirtualMachineInstance stopping" });
      }
      await keeper.end(sandbox, end);
      if (vmi?.metadata.deletionTimestamp === undefined) return;
      events.record(vmi, { type: "Normal", reason: "Deleted", message: "Signaled Deletion" });
    },

    async writeStatus({ vmi, status, events: news }, context) {
      await patchInstance(vmi, { ...vmi, status }, context);
      for (const event of news) context.events.record(vmi, event);
    },
  };
}

/** A guest that is not connected any more is looked at again; then it is adopted, or known to be gone. */
function liveOf(keeper: GuestKeeper, sandbox: Sandbox): LiveGuest {
  const live = keeper.live(sandbox.vmiUid);
  if (live && !live.guest.qmp.closed.aborted) return live;
  throw new Error(`Lost the connection to guest "${sandbox.vmiName}"`);
}

/** What keeps a guest from starting is said on its VMI, and tried again: the cause may go away by itself. */
async function reporting(
  vmi: VirtualMachineInstance,
  context: EffectContext,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (context.signal.aborted) throw error;
    const message = explain(error);
    context.events.record(vmi, { type: "Warning", reason: "SyncFailed", message });
    const condition = {
      type: "Synchronized",
      status: "False",
      reason: "Synchronizing with the Domain failed.",
      message,
    } as const;
    const conditions = withCondition(vmi.status?.conditions, condition, context.now());
    await patchInstance(vmi, { ...vmi, status: { ...vmi.status, conditions } }, context).catch((failure: unknown) => {
      if (!isConflict(failure)) throw failure;
    });
    // Never an InvalidSpecError: what is wrong may be with this node, whose change is no change of the VMI.
    throw error instanceof InvalidSpecError ? new Error("Cannot start the guest", { cause: error }) : error;
  }
}

/** One line: what is wrong with which object and, where that is known, the way out. */
function explain(error: unknown): string {
  const hasAdvice = error instanceof InvalidSpecError || error instanceof VolumeError;
  return hasAdvice ? `${formatError(error)}. ${error.advice}` : formatError(error);
}

/** The cluster half writes the same object: only what changed is sent, and only onto what was read. */
async function patchInstance(
  vmi: VirtualMachineInstance,
  after: VirtualMachineInstance,
  { client, signal }: EffectContext,
): Promise<void> {
  const change = createMergePatch(vmi, after) as { readonly metadata?: object } | undefined; // of two objects
  if (!change) return;
  const { namespace, name = "", uid, resourceVersion } = vmi.metadata;
  const patch = { ...change, metadata: { ...change.metadata, uid, resourceVersion } };
  await client
    .patch(VirtualMachineInstance, { namespace, name }, patch, { type: "merge", signal })
    .catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
}
