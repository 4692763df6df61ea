import type { Sandbox } from "../sandbox/types.ts";
import type { StartedFile } from "./guest-file.ts";
import type { LiveGuest } from "./live-guest.ts";
import { unservedOf } from "./serve-interfaces.ts";
import type { SeenGuest } from "./types.ts";

type Present = Extract<SeenGuest, { is: "present" }>;

/** What is true of a guest whose QEMU answers: what we learnt of it, and what is on disk about it. */
export async function seePresent(
  live: LiveGuest,
  file: StartedFile,
  state: Present["state"],
  { runDir }: Pick<Sandbox, "runDir">,
): Promise<Present> {
  return {
    is: "present",
    state,
    facts: {
      domain: live.domain,
      machineType: file.machineType,
      attachments: file.attachments,
      disks: file.disks,
      agent: live.agent?.report,
      seenAddresses: new Map(live.wires.seenAddresses),
      isFrozen: file.frozenUntil !== undefined,
    },
    startsPaused: file.startsPaused && !file.isContinued,
    rebootUntil: dateOf(file.rebootUntil),
    frozenUntil: dateOf(file.frozenUntil),
    lastPressAt: live.lastPressAt,
    unserved: await unservedOf(file.attachments, runDir),
    lastServedAt: live.lastServedAt,
    losses: live.wires.losses(file.mending),
  };
}

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
