import type { Pod, VirtualMachineInstance, VirtualMachineInstanceStatus } from "@peapod/api";
import type { Attachment, Loss } from "@peapod/network";
import type { Domain } from "@peapod/qemu";
import type { GuestInterface, GuestOsInfo, RunState } from "@peapod/qemu/node";
import type { PreparedDisk } from "@peapod/storage";
import type { Sandbox } from "../sandbox/types.ts";
import type { GuestEnd } from "./guest-file.ts";

/** All that the planner may look at: read once, then left alone. */
export interface Facts {
  /** Undefined: gone, or on another node. */
  readonly vmi: VirtualMachineInstance | undefined;
  readonly pod: Pod | undefined;
  readonly sandbox: Sandbox;
  /** False after a reboot of the machine, and before and after the pod's own time. */
  readonly isSandboxStanding: boolean;
  readonly guest: SeenGuest;
  /** Its pod has its images, and something can be made of it that was not tried yet. */
  readonly canGetAhead?: boolean | undefined;
  readonly now: Date;
}

/** A guest as the machine shows it. */
export type SeenGuest =
  | { readonly is: "absent" }
  /** A start was begun and its QEMU never recorded. */
  | { readonly is: "unfinished" }
  | {
      readonly is: "present";
      readonly state: RunState;
      readonly facts: GuestFacts;
      readonly startsPaused: boolean;
      /** A reboot by the power button: a shutdown until then is half of it. */
      readonly rebootUntil: Date | undefined;
      readonly frozenUntil: Date | undefined;
      readonly lastPressAt: Date | undefined;
      /** Names of interfaces that nobody speaks for: the passt of each is not there yet, or died. */
      readonly unserved: readonly string[];
      readonly lastServedAt: Date | undefined;
      /** What its interfaces miss in the pod. */
      readonly losses: readonly SeenLoss[];
    }
  /** QEMU is gone, and nobody told it to. */
  | { readonly is: "vanished"; readonly end: GuestEnd }
  /** Its end is decided and recorded; QEMU may still have to be told. */
  | { readonly is: "ending"; readonly end: GuestEnd }
  | { readonly is: "ended"; readonly end: GuestEnd };

/** What an interface misses, and what became of attempts to mend it. */
export interface SeenLoss extends Loss {
  /** Those that failed. */
  readonly attempts: number;
  readonly triedAt: Date | undefined;
  /** Why the last one failed: a sentence for people. */
  readonly because: string | undefined;
  /** No other will do better. */
  readonly isFinal: boolean;
  /** Something has changed since that may have been in the way. */
  readonly isDue: boolean;
}

/** What a running guest's status is made of. */
export interface GuestFacts {
  readonly domain: Domain;
  readonly machineType: string | undefined;
  readonly attachments: readonly Attachment[];
  readonly disks: readonly PreparedDisk[];
  /** Undefined: no agent answers. */
  readonly agent: AgentReport | undefined;
  /** By interface: what a guest says of itself on a network where nobody here gave it an address. */
  readonly seenAddresses?: ReadonlyMap<string, readonly string[]> | undefined;
  readonly isFrozen: boolean;
}

export interface AgentReport {
  readonly version: string;
  readonly os: GuestOsInfo | undefined;
  readonly interfaces: readonly GuestInterface[];
}

export interface NewEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export type Step =
  /** What `makeReady` would make, as far as it can be made before the VMI is scheduled. What fails is tried again and told by that. */
  | { readonly do: "getAhead"; readonly vmi: VirtualMachineInstance; readonly sandbox: Sandbox }
  /** Volumes and attachments. */
  | { readonly do: "makeReady"; readonly vmi: VirtualMachineInstance; readonly sandbox: Sandbox }
  | { readonly do: "startQemu"; readonly vmi: VirtualMachineInstance; readonly sandbox: Sandbox }
  /** Programs that QEMU must be there for. */
  | { readonly do: "serveInterfaces"; readonly vmi: VirtualMachineInstance | undefined; readonly sandbox: Sandbox }
  /** What went of a running guest's interface. */
  | {
      readonly do: "mendInterface";
      readonly vmi: VirtualMachineInstance;
      readonly pod: Pod;
      readonly sandbox: Sandbox;
      readonly loss: SeenLoss;
    }
  | { readonly do: "letRun"; readonly sandbox: Sandbox }
  | { readonly do: "finishReboot"; readonly sandbox: Sandbox }
  /** Filesystems that were frozen for too long. */
  | { readonly do: "thaw"; readonly sandbox: Sandbox }
  | {
      readonly do: "pressPowerButton";
      readonly sandbox: Sandbox;
      readonly vmi: VirtualMachineInstance | undefined;
      /** Said once. */
      readonly isFirst: boolean;
    }
  | {
      readonly do: "endGuest";
      readonly sandbox: Sandbox;
      readonly vmi: VirtualMachineInstance | undefined;
      readonly end: GuestEnd;
    }
  | {
      readonly do: "writeStatus";
      readonly vmi: VirtualMachineInstance;
      readonly status: VirtualMachineInstanceStatus;
      readonly events: readonly NewEvent[];
    };
