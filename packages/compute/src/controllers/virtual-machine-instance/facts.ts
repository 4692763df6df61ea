import type { NetworkAttachmentDefinition, Pod, VirtualMachineInstance } from "@peapod/api";
import type { LauncherConfig } from "../../render/launcher-pod/config.ts";

/** All that the planner may look at: read once, then left alone. */
export interface Facts {
  readonly vmi: VirtualMachineInstance;
  /** Its launcher pod. */
  readonly pod: Pod | undefined;
  /** A pod of that name which belongs to something else. */
  readonly isNameTaken: boolean;
  /** Whether the VM that made it still exists. */
  readonly hasMachine: boolean;
  readonly config: LauncherConfig;
  readonly nads: readonly NetworkAttachmentDefinition[];
  /** Named by its networks, and not there: `"namespace/name"`. */
  readonly missingNads: readonly string[];
  readonly now: Date;
}

export type Step =
  | {
      readonly do: "createPod";
      readonly vmi: VirtualMachineInstance;
      readonly pod: Pod;
    }
  | { readonly do: "deletePod"; readonly vmi: VirtualMachineInstance; readonly pod: Pod }
  | { readonly do: "markPod"; readonly pod: Pod; readonly isPaused: boolean }
  | { readonly do: "labelPod"; readonly pod: Pod; readonly metadata: PodMetadata }
  | {
      readonly do: "writeInstance";
      readonly vmi: VirtualMachineInstance;
      readonly after: VirtualMachineInstance;
      readonly warning?: { readonly reason: string; readonly message: string };
    };

export interface PodMetadata {
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
}
