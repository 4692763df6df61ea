import type { Condition } from "@peapod/api";
import { type Plan, setCondition } from "@peapod/machinery";

/** What is left of one kind in a namespace. */
export interface Content {
  /** `configmaps.`, `widgets.example.com` */
  readonly resource: string;
  readonly count: number;
  /** Objects that nobody has asked to go yet. */
  readonly untouched: number;
  readonly finalizers: readonly string[];
}

export interface NamespaceFacts {
  readonly isTerminating: boolean;
  readonly finalizers: readonly string[];
  readonly hasDefaultAccount: boolean;
  readonly contents: readonly Content[];
  readonly conditions: readonly Condition[];
  readonly now: Date;
}

export type NamespaceStep =
  | { readonly do: "createDefaultAccount" }
  | { readonly do: "deleteContent"; readonly resource: string }
  | { readonly do: "writeConditions"; readonly conditions: readonly Condition[] }
  | { readonly do: "finalize" };

const kubernetes = "kubernetes";

/** A namespace has a default account while it lives, and is emptied before it goes. */
export function planNamespace(facts: NamespaceFacts): Plan<NamespaceStep> {
  if (!facts.isTerminating) return { steps: facts.hasDefaultAccount ? [] : [{ do: "createDefaultAccount" }] };
  if (!facts.finalizers.includes(kubernetes)) return { steps: [] };
  const conditions = describe(facts);
  const steps: NamespaceStep[] = facts.contents
    .filter(({ untouched }) => untouched > 0)
    .map(({ resource }) => ({ do: "deleteContent", resource }));
  if (facts.contents.length === 0) return { steps: [...steps, { do: "finalize" }] };
  // What goes at once needs no report of what is left.
  const isStuck = facts.contents.every(({ untouched }) => untouched === 0);
  if (isStuck && conditions !== facts.conditions) steps.push({ do: "writeConditions", conditions });
  return { steps };
}

function describe({ contents, conditions, now }: NamespaceFacts): readonly Condition[] {
  const finalizers = new Map<string, number>();
  for (const content of contents) {
    for (const finalizer of content.finalizers) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
  }
  const resources = contents.map(({ resource, count }) => `${resource} has ${count} resource instances`).sort();
  const held = [...finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).sort();
  const wanted: readonly Condition[] = [
    {
      type: "NamespaceDeletionDiscoveryFailure",
      status: "False",
      reason: "ResourcesDiscovered",
      message: "All resources successfully discovered",
    },
    {
      type: "NamespaceDeletionGroupVersionParsingFailure",
      status: "False",
      reason: "ParsedGroupVersions",
      message: "All legacy kube types successfully parsed",
    },
    {
      type: "NamespaceDeletionContentFailure",
      status: "False",
      reason: "ContentDeleted",
      message: "All content successfully deleted, may be waiting on finalization",
    },
    resources.length > 0
      ? {
          type: "NamespaceContentRemaining",
          status: "True",
          reason: "SomeResourcesRemain",
          message: `Some resources are remaining: ${resources.join(", ")}`,
        }
      : {
          type: "NamespaceContentRemaining",
          status: "False",
          reason: "ContentRemoved",
          message: "All content successfully removed",
        },
    held.length > 0
      ? {
          type: "NamespaceFinalizersRemaining",
          status: "True",
          reason: "SomeFinalizersRemain",
          message: `Some content in the namespace has finalizers remaining: ${held.join(", ")}`,
        }
      : {
          type: "NamespaceFinalizersRemaining",
          status: "False",
          reason: "ContentHasNoFinalizers",
          message: "All content-preserving finalizers finished",
        },
  ];
  return wanted.reduce((list, condition) => setCondition(list, condition, now), conditions);
}
