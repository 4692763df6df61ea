import {
  type CustomResourceDefinition,
  type CustomResourceDefinitionVersion,
  type Kind,
  type PrinterColumn,
  resourceSchema,
  type SchemaNode,
} from "@peapod/api";
import { customStrategy } from "../kinds/strategy.ts";
import { storageName } from "./built-in.ts";
import type { Resource, ResourceVersion } from "./resource.ts";

const anything: SchemaNode = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/** The resource that a valid CustomResourceDefinition defines. Its names are those that were accepted. */
export function customResource({ spec, metadata }: CustomResourceDefinition, schemaAge: number): Resource {
  const { group, names } = spec;
  const stored = spec.versions.find((version) => version.storage) ?? spec.versions[0];
  return {
    group,
    plural: names.plural,
    singular: names.singular || names.kind.toLowerCase(),
    kind: names.kind,
    listKind: names.listKind || `${names.kind}List`,
    namespaced: spec.scope === "Namespaced",
    storage: storageName({ group, plural: names.plural }),
    storedApiVersion: `${group}/${stored?.name ?? ""}`,
    versions: spec.versions
      .filter((version) => version.served)
      .toSorted((a, b) => byPriority(a.name, b.name))
      .map((version) => customVersion(spec, version)),
    strategy: customStrategy,
    isCustom: true,
    isTerminating: metadata.deletionTimestamp !== undefined,
    schemaAge,
  };
}

/** `v1` before `v1beta1` before `v1alpha3`, larger numbers first, other names last. */
export function byPriority(a: string, b: string): number {
  const left = rank(a);
  const right = rank(b);
  for (const [index, value] of left.entries()) {
    const difference = (right[index] ?? 0) - value;
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

function rank(version: string): readonly number[] {
  const [, major, stage, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  if (major === undefined) return [0, 0, 0];
  return [stage === undefined ? 3 : stage === "beta" ? 2 : 1, Number(major), Number(minor ?? 0)];
}

function customVersion(
  { group, names, scope }: CustomResourceDefinition["spec"],
  version: CustomResourceDefinitionVersion,
): ResourceVersion {
  const { subresources, additionalPrinterColumns, selectableFields } = version;
  const kind: Kind = {
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    singular: names.singular || names.kind.toLowerCase(),
    ...(names.shortNames && { shortNames: names.shortNames }),
    ...(names.categories && { categories: names.categories }),
    namespaced: scope === "Namespaced",
    // A definition is only served once its schema was found structural.
    schema: resourceSchema((version.schema?.openAPIV3Schema ?? anything) as SchemaNode),
    subresources: {
      ...(subresources?.status && { status: true }),
      ...(subresources?.scale && { scale: withoutUndefined(subresources.scale) }),
    },
    ...(additionalPrinterColumns && { printerColumns: additionalPrinterColumns as readonly PrinterColumn[] }),
    ...(selectableFields && { selectableFields: selectableFields.map(({ jsonPath }) => jsonPath.replace(/^\./, "")) }),
  };
  const apiVersion = `${group}/${version.name}`;
  const deprecated = `${apiVersion} ${names.kind} is deprecated`;
  return {
    version: version.name,
    apiVersion,
    kind,
    ...(version.deprecated && { deprecationWarning: version.deprecationWarning ?? deprecated }),
  };
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
