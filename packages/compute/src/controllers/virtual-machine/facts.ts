import type { ControllerRevision, VirtualMachine, VirtualMachineInstance, VirtualMachineStatus } from "@peapod/api";

/** All that the planner may look at: read once, then left alone. */
export interface Facts {
  readonly vm: VirtualMachine;
  /** Whatever VMI has the VM's name, ours or not. */
  readonly vmi: VirtualMachineInstance | undefined;
  /** The spec that VMI was made from. */
  readonly revision: ControllerRevision | undefined;
  /** The installation stages all changes until a restart. */
  readonly isStaged: boolean;
  readonly now: Date;
}

export type Step =
  | { readonly do: "addFinalizer"; readonly vm: VirtualMachine }
  | { readonly do: "removeFinalizer"; readonly vm: VirtualMachine }
  | { readonly do: "adoptInstance"; readonly vm: VirtualMachine; readonly vmi: VirtualMachineInstance }
  | {
      readonly do: "createInstance";
      readonly vm: VirtualMachine;
      readonly vmi: VirtualMachineInstance;
      /** To be written with the failure, should there be one. */
      readonly status: VirtualMachineStatus;
    }
  | { readonly do: "createRevision"; readonly revision: ControllerRevision }
  | { readonly do: "updateInstance"; readonly vmi: VirtualMachineInstance; readonly patch: InstancePatch }
  | {
      readonly do: "deleteInstance";
      readonly vm: VirtualMachine;
      readonly vmi: VirtualMachineInstance;
      readonly because: string;
      /** As above. */
      readonly status: VirtualMachineStatus;
    }
  | { readonly do: "switchOn"; readonly vm: VirtualMachine }
  | {
      readonly do: "writeStatus";
      readonly vm: VirtualMachine;
      readonly status: VirtualMachineStatus;
    }
  | { readonly do: "releaseInstance"; readonly vmi: VirtualMachineInstance }
  | { readonly do: "deleteRevision"; readonly vm: VirtualMachine; readonly name: string };

/** A merge patch: null takes a field away. */
export interface InstancePatch {
  readonly metadata?: {
    readonly labels?: { readonly [key: string]: string | null };
    readonly annotations?: { readonly [key: string]: string | null };
  };
  readonly spec?: { readonly [field: string]: unknown };
}
