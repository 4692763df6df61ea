import type { CustomResourceDefinition, ServiceCondition } from "@peapod/api";

type Names = CustomResourceDefinition["spec"]["names"];

/** Names that other definitions of the same group hold. */
export interface TakenNames {
  /** Plurals, singulars and short names share one space. */
  readonly resources: ReadonlySet<string>;
  /** Kinds and list kinds another. */
  readonly kinds: ReadonlySet<string>;
}

/** Which of a definition's names are accepted, and the conditions that say so. A condition keeps its time while its status stays. */
export function conditionsOf(
  { spec, status }: CustomResourceDefinition,
  taken: TakenNames,
  now: string,
): { readonly conditions: readonly ServiceCondition[]; readonly acceptedNames: Names } {
  const before = status?.conditions ?? [];
  const conflict = findConflict(spec.names, taken);
  const wasEstablished = before.some(({ type, status: is }) => type === "Established" && is === "True");
  const names: ServiceCondition = conflict
    ? { type: "NamesAccepted", status: "False", ...conflict }
    : { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" };
  const established: ServiceCondition =
    conflict && !wasEstablished
      ? { type: "Established", status: "False", reason: "NotAccepted", message: "not all names are accepted" }
      : {
          type: "Established",
          status: "True",
          reason: "InitialNamesAccepted",
          message: "the initial names have been accepted",
        };
  const others = before.filter(({ type }) => type !== "NamesAccepted" && type !== "Established");
  const conditions = [names, established].map((condition) => {
    const old = before.find(({ type, status: is }) => type === condition.type && is === condition.status);
    return { ...condition, lastTransitionTime: old?.lastTransitionTime ?? now };
  });
  const acceptedNames = conflict ? (status?.acceptedNames ?? { plural: "", kind: "" }) : spec.names;
  return { conditions: [...conditions, ...others], acceptedNames };
}

function findConflict(names: Names, { resources, kinds }: TakenNames) {
  const inUse = (reason: string, name: string) => ({ reason, message: `${JSON.stringify(name)} is already in use` });
  if (resources.has(names.plural)) return inUse("PluralConflict", names.plural);
  if (names.singular && resources.has(names.singular)) return inUse("SingularConflict", names.singular);
  const short = names.shortNames?.find((name) => resources.has(name));
  if (short !== undefined) return inUse("ShortNamesConflict", short);
  if (kinds.has(names.kind)) return inUse("KindConflict", names.kind);
  return names.listKind && kinds.has(names.listKind) ? inUse("ListKindConflict", names.listKind) : undefined;
}
