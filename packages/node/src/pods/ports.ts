import type { Pod } from "@peapod/api";
import type { EventRecorder } from "@peapod/machinery";
import type { Sandbox, SandboxInterface } from "../sandbox/types.ts";
import type { ImageState, WantedImage } from "./types.ts";

/** Pulls are operations of their own: a reconciler asks how they stand and is woken when one ends. */
export interface PodImages {
  /** @param podUid  a policy of Always asks the registry once for every pod */
  stateOf(image: WantedImage, podUid: string): ImageState;
  /** Returns at once; how it goes is told to the pod by Events. Pulls of one image by several pods are one pull. */
  startPull(image: WantedImage, pod: Pod, events: EventRecorder): void;
  /** Calls back when a pull of this pod went on or ended. */
  onChange(listener: (podKey: string) => void): Disposable;
  /** The pod needs its images no longer. */
  release(podUid: string): void;
}

/** CNI, behind what a kubelet needs of it. */
export interface PodNetworks {
  /** Idempotent for the same sandbox. @throws {CniError} {InvalidSpecError} naming the network */
  attach(pod: Pod, sandbox: Sandbox, signal: AbortSignal): Promise<readonly SandboxInterface[]>;
  /**
   * Attaches one interface of a standing pod once more, which went, or which its network lost (`isCut`), with the address and the MAC
   * that it had. @throws {CniError} {InvalidSpecError} naming the network
   */
  reattach(
    pod: Pod,
    sandbox: Sandbox,
    lost: { readonly ifName: string; readonly isCut: boolean },
    signal: AbortSignal,
  ): Promise<SandboxInterface>;
  /** Finishes even when plugins fail; nothing to detach counts as done. */
  detach(sandbox: Sandbox): Promise<void>;
  /** Tries again to detach what plugins would not let go of; pods that are standing are left alone. Never throws. */
  tidy(isStanding: (podUid: string) => boolean): Promise<void>;
}
