import { apiVersionOf, type Kind, type PrinterColumn } from "./kind.ts";
import { CustomResourceDefinition } from "./kinds/apiextensions/custom-resource-definition.ts";
import type { CustomResourceDefinitionVersion } from "./kinds/apiextensions/custom-resource-definition-version.ts";
import type { JSONSchemaProps } from "./kinds/apiextensions/json-schema-props.ts";
import { toOpenApi } from "./openapi.ts";
import type { SchemaNode } from "./schema.ts";

/** The CustomResourceDefinition of a kind: what is installed on a cluster, and what the embedded API server reads too. */
export function renderCrd(kind: Kind): CustomResourceDefinition {
  const served = [{ version: kind.version }, ...(kind.alsoServed ?? [])];
  return {
    apiVersion: apiVersionOf(CustomResourceDefinition),
    kind: CustomResourceDefinition.kind,
    metadata: { name: `${kind.plural}.${kind.group}` },
    spec: {
      group: kind.group,
      scope: kind.namespaced ? "Namespaced" : "Cluster",
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        ...(kind.shortNames && { shortNames: kind.shortNames }),
        ...(kind.categories && { categories: kind.categories }),
      },
      versions: served.map((version) => renderVersion(kind, version)),
    },
  };
}

function renderVersion(
  kind: Kind,
  served: { readonly version: string; readonly deprecated?: boolean; readonly deprecationWarning?: string },
): CustomResourceDefinitionVersion {
  const { status, scale } = kind.subresources ?? {};
  return {
    name: served.version,
    served: true,
    storage: served.version === kind.version,
    ...(served.deprecated && { deprecated: true }),
    ...(served.deprecationWarning && { deprecationWarning: served.deprecationWarning }),
    schema: { openAPIV3Schema: renderRootSchema(kind.schema) },
    ...(kind.subresources && { subresources: { ...(status && { status: {} }), ...(scale && { scale }) } }),
    ...(kind.printerColumns && { additionalPrinterColumns: kind.printerColumns.map(renderColumn) }),
    ...(kind.selectableFields && {
      selectableFields: kind.selectableFields.map((path) => ({ jsonPath: `.${path}` })),
    }),
  };
}

/** A CRD says nothing about metadata but that they are there. */
function renderRootSchema(schema: SchemaNode): JSONSchemaProps {
  const { properties = {}, ...rest } = toOpenApi(schema, "crd");
  const root: SchemaNode = { ...rest, properties: { ...properties, metadata: { type: "object" } } };
  return root as JSONSchemaProps; // a schema node is one by construction: `render-crd.test.ts` holds it to the kind's own schema
}

function renderColumn(column: PrinterColumn) {
  const { name, type, jsonPath, description, format, priority } = column;
  return {
    name,
    type,
    jsonPath,
    ...(description && { description }),
    ...(format && { format }),
    ...(priority && { priority }),
  };
}
