import type { AdmissionReview } from "../admission.ts";
import type { Kind, KubeObject } from "../kind.ts";

/**
 * An admission review as the API server would make it: a creation by an ordinary user on a quiet machine, unless said otherwise.
 *
 * @param known  objects that `find` and `list` find
 */
export function review<T extends KubeObject>(
  object: T,
  options: Partial<Omit<AdmissionReview<T>, "object" | "find" | "list">> & {
    readonly known?: readonly KubeObject[];
  } = {},
): AdmissionReview<T> {
  const { known = [], ...rest } = options;
  return {
    operation: rest.oldObject ? "UPDATE" : "CREATE",
    oldObject: undefined,
    user: { username: "alice", groups: ["system:authenticated"] },
    now: new Date("2026-01-02T03:04:05.678Z"),
    random: () => 0.5,
    ...rest,
    object,
    find: <O extends KubeObject>(kind: Kind<O>, key: { readonly namespace?: string; readonly name: string }) =>
      known.find(
        (one) =>
          one.kind === kind.kind &&
          one.metadata.name === key.name &&
          (one.metadata.namespace ?? "") === (key.namespace ?? ""),
      ) as O | undefined, // the kind was compared
    list: <O extends KubeObject>(kind: Kind<O>, { namespace }: { readonly namespace?: string } = {}) =>
      known.filter(
        (one) => one.kind === kind.kind && (namespace === undefined || one.metadata.namespace === namespace),
      ) as readonly KubeObject[] as readonly O[], // as above
  };
}
