import type { Node, Pod, VirtualMachine, VirtualMachineInstance } from "@peapod/api";

/** All that an answer may rest on: what is true now, read once. */
export interface WhyFacts {
  readonly program: string;
  readonly namespace: string;
  readonly name: string;
  readonly vm: VirtualMachine | undefined;
  readonly vmi: VirtualMachineInstance | undefined;
  /** The newest launcher of the instance. */
  readonly pod: Pod | undefined;
  readonly nodes: readonly Node[];
  /** What the spec names and is not there. */
  readonly missing: readonly Missing[];
  readonly now: Date;
}

export interface Missing {
  readonly kind: "Secret" | "NetworkAttachmentDefinition";
  readonly namespace: string;
  readonly name: string;
  /** `spec.template.spec.volumes[1].cloudInitNoCloud.secretRef` */
  readonly path: string;
  /** The key that a Secret has to have. */
  readonly key?: string;
}

/** One answer: what is the matter, what is known about it, and what to do. */
export interface Answer {
  readonly sentence: string;
  readonly details: readonly string[];
  readonly waysOut: readonly string[];
}
