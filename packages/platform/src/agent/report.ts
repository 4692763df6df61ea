/** What an agent tells the control plane that started it, in a file: who it is and what it found. */
export interface AgentReport {
  readonly pid: number;
  readonly acceleration: { readonly mode: "kvm" | "tcg"; readonly because: string };
  /** Steps after which `PEAPOD_DIE_AFTER` makes it die. */
  readonly checkpoints: readonly string[];
  /** Guests of earlier agents that it took over as they were. */
  readonly adopted: readonly { readonly name: string; readonly age: string }[];
}
