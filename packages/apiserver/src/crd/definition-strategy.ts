import type { CustomResourceDefinition, SchemaNode, ServiceCondition } from "@peapod/api";
import { timestampOf } from "@peapod/machinery";
import { hasRules } from "../engine/validate.ts";
import { builtInStrategy, type Strategy } from "../kinds/strategy.ts";
import type { StoredObject } from "../store/entry.ts";
import { conditionsOf, type TakenNames } from "./conditions.ts";
import { validateDefinition } from "./validate-definition.ts";

/** Holds a definition until its instances are gone. */
export const cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

/**
 * Definitions are ready when their write is answered: names, conditions and stored versions are worked out as part of it.
 *
 * @param taken  the names other definitions of a group hold now
 */
export function definitionStrategy(taken: (definition: CustomResourceDefinition) => TakenNames): Strategy {
  const withStatus = (definition: CustomResourceDefinition, now: Date): CustomResourceDefinition => {
    const stored = definition.spec.versions?.find?.((version) => version.storage)?.name;
    const storedVersions = [...(definition.status?.storedVersions ?? [])];
    if (stored !== undefined && !storedVersions.includes(stored)) storedVersions.push(stored);
    const { conditions, acceptedNames } = conditionsOf(definition, taken(definition), timestampOf(now));
    return { ...definition, status: { conditions, acceptedNames, storedVersions } };
  };
  return {
    ...builtInStrategy,
    allowsUnconditionalUpdate: false,
    generation: "all",
    answersDeletedObject: true,
    prepareCreate: (object, { now }) => {
      const definition = withNames(asDefinition(object));
      const finalizers = [...new Set([...(object.metadata.finalizers ?? []), cleanupFinalizer])];
      const held = { ...definition, metadata: { ...definition.metadata, finalizers }, status: undefined };
      return asObject(withStatus(held, now));
    },
    prepareUpdate: (object, old, { now, subresource }) => {
      if (subresource !== undefined) return object;
      const definition = withNames(asDefinition(object));
      return asObject(withStatus({ ...definition, status: asDefinition(old).status }, now));
    },
    validate: (object, old) => validateDefinition(asDefinition(object), old && asDefinition(old)),
    warn: (object) => rulesWarnings(asDefinition(object)),
    markDeleted: (object) => {
      const definition = asDefinition(object);
      const condition: ServiceCondition = {
        type: "Terminating",
        status: "True",
        reason: "InstanceDeletionInProgress",
        message: "CustomResource deletion is in progress",
        ...(object.metadata.deletionTimestamp && { lastTransitionTime: object.metadata.deletionTimestamp }),
      };
      const others = (definition.status?.conditions ?? []).filter(({ type }) => type !== "Terminating");
      return asObject({ ...definition, status: { ...definition.status, conditions: [...others, condition] } });
    },
  };
}

/** What upstream fills in. */
function withNames(definition: CustomResourceDefinition): CustomResourceDefinition {
  const { spec } = definition;
  const { names } = spec ?? {};
  if (!names?.kind) return definition; // refused by validation, which comes later
  return {
    ...definition,
    spec: {
      ...spec,
      names: {
        ...names,
        singular: names.singular || names.kind.toLowerCase(),
        listKind: names.listKind || `${names.kind}List`,
      },
      conversion: spec.conversion ?? { strategy: "None" },
    },
  };
}

/** Rules in CEL are kept with the definition but not run: whoever relies on them must hear it. */
function rulesWarnings({ spec }: CustomResourceDefinition): readonly string[] {
  return spec.versions
    .filter(({ schema }) => schema?.openAPIV3Schema && hasRules(schema.openAPIV3Schema as SchemaNode))
    .map(
      ({ name }) =>
        `version ${name} has x-kubernetes-validations: Peapod stores these rules but does not evaluate them yet`,
    );
}

/** A strategy meets objects that its kind's schema has let through, or is about to refuse. */
export function asDefinition(object: StoredObject): CustomResourceDefinition {
  return object as unknown as CustomResourceDefinition;
}

export function asObject(definition: CustomResourceDefinition): StoredObject {
  return definition as unknown as StoredObject;
}
