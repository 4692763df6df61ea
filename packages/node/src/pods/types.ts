import type { Pod } from "@peapod/api";
import type { GuestState } from "../sandbox/guest-view.ts";
import type { Sandbox } from "../sandbox/types.ts";

/** What is known of one image on this node. */
export type ImageState =
  | { readonly is: "ready"; readonly imageId: string }
  | { readonly is: "absent" }
  | {
      readonly is: "pulling";
      readonly progress?: string | undefined;
      /** Why the try before this one failed. */
      readonly failedBefore?: string | undefined;
    }
  | {
      readonly is: "failed";
      readonly message: string;
      readonly nextTryAt: Date;
      /** More than once by now. */
      readonly isRepeated: boolean;
    };

export interface WantedImage {
  /** `volumecontainerdisk` */
  readonly container: string;
  readonly reference: string;
  readonly policy: "Always" | "IfNotPresent" | "Never";
}

export interface Facts {
  readonly key: string;
  /** As the API has it; undefined: deleted by somebody who did not wait for us. */
  readonly pod: Pod | undefined;
  readonly sandbox: Sandbox | undefined;
  /** False after a reboot, or when somebody removed its namespace. */
  readonly isSandboxStanding: boolean;
  /** Why the last attempt at it failed. */
  readonly sandboxTrouble?: string | undefined;
  readonly images: readonly { readonly wanted: WantedImage; readonly state: ImageState }[];
  readonly guest: GuestState;
  readonly hostIps: readonly string[];
  /** Whoever watches the pod's Events was told that its guest is asked to leave. */
  readonly isEndAnnounced?: boolean;
  readonly now: Date;
}

export type Step =
  | { readonly do: "refusePod"; readonly pod: Pod; readonly message: string }
  /** `hasImages`: its guest can start as soon as it stands. */
  | { readonly do: "makeSandbox"; readonly pod: Pod; readonly hasImages: boolean }
  | { readonly do: "startPull"; readonly pod: Pod; readonly image: WantedImage }
  | {
      readonly do: "writeStatus";
      readonly pod: Pod;
      readonly status: NonNullable<Pod["status"]>;
      readonly networkStatus?: string;
    }
  | { readonly do: "announceEnd"; readonly pod: Pod }
  | { readonly do: "destroyGuest"; readonly sandbox: Sandbox; readonly because: string }
  | { readonly do: "removeSandbox"; readonly sandbox: Sandbox }
  | { readonly do: "removeGuestFolder"; readonly sandbox: Sandbox }
  | { readonly do: "deletePod"; readonly pod: Pod };
