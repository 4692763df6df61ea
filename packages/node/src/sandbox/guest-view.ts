/**
 * What the kubelet role needs to know of the virt-handler role: the one place where the two meet beside the API. Observed from the
 * machine each time, never remembered.
 */
export interface GuestView {
  /** `absent`: no QEMU was started in this sandbox yet. `alive`: one may be running. `ended`: it is gone, and how is known. */
  stateOf(vmiUid: string): GuestState;
  /** Ends the guest at once, without asking it: its pod is gone or its grace is over. Resolves when nothing of it runs. */
  destroy(vmiUid: string): Promise<void>;
  /** Its pod has its images and stands, or will in a moment: what can be made for it is made meanwhile. Nothing relies on it. */
  expect(vmiUid: string): void;
  /** Calls back when the state of some guest may have changed. */
  onChange(listener: (vmiUid: string) => void): Disposable;
}

export type GuestState =
  | { readonly is: "absent" }
  | { readonly is: "alive" }
  | {
      readonly is: "ended";
      readonly failed: boolean;
      readonly reason: string;
      readonly message: string;
      readonly at: string;
    };
