import type { ServedResource } from "../../../registry/types.ts";
import { type Definitions, renderKindDefinitions, renderMetaDefinitions } from "./definitions.ts";
import { definitionName, metaNames } from "./names.ts";
import { type Operation, resourceOperations } from "./operations.ts";
import { reference } from "./schema.ts";

/** A Swagger 2.0 document, or the part of one that one group version contributes. */
export interface Swagger {
  readonly paths: { readonly [path: string]: { readonly [method: string]: unknown } };
  readonly definitions: Definitions;
}

export interface SwaggerDocument extends Swagger {
  readonly swagger: "2.0";
  readonly info: { readonly title: string; readonly version: string };
}

/** What one group version adds to `/openapi/v2`; parts can be rendered and kept apart. */
export function renderSwaggerPart(resources: readonly ServedResource[]): Swagger {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const resource of resources) {
    const name = definitionName(resource.kind, resource.version);
    for (const operation of resourceOperations(resource)) {
      const item = paths[operation.path] ?? {};
      paths[operation.path] = item;
      item[operation.method] = renderOperation(operation, name);
    }
  }
  return { paths, definitions: Object.assign({}, ...resources.map((one) => renderKindDefinitions(one, 2))) };
}

/** The part that belongs to no group. */
export function renderSwaggerBase(): Swagger {
  return { paths: {}, definitions: renderMetaDefinitions(2) };
}

/** `GET /openapi/v2`. @param version  the server's own, e.g. `v1.34.0` */
export function renderSwagger(version: string, parts: readonly Swagger[]): SwaggerDocument {
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version },
    paths: Object.assign({}, ...parts.map(({ paths }) => paths)),
    definitions: Object.assign({}, ...parts.map(({ definitions }) => definitions)),
  };
}

function renderOperation(operation: Operation, name: string) {
  return {
    description: `${operation.action} ${operation.gvk.kind}`,
    operationId: operation.id,
    produces: ["application/json", "application/yaml"],
    ...(operation.body && { consumes: consumed(operation) }),
    parameters: [
      ...(operation.body
        ? [{ in: "body", name: "body", required: operation.body !== "deleteOptions", schema: body(operation, name) }]
        : []),
      ...operation.pathParameters.map((parameter) => ({ in: "path", name: parameter, required: true, type: "string" })),
      ...operation.queryParameters.map(({ name: parameter, type, description }) => ({
        in: "query",
        name: parameter,
        type,
        description,
      })),
    ],
    responses: { 200: { description: "OK", schema: answer(operation, name) } },
    "x-kubernetes-action": operation.action,
    "x-kubernetes-group-version-kind": operation.gvk,
  };
}

function consumed({ method, isStrategic }: Operation): readonly string[] {
  if (method !== "patch") return ["application/json", "application/yaml"];
  const types = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];
  return isStrategic ? [...types, "application/strategic-merge-patch+json"] : types;
}

function body({ body: kind, isForeign }: Operation, name: string) {
  if (kind === "object") return isForeign ? { type: "object" } : reference(name, 2);
  return reference(kind === "patch" ? metaNames.patch : metaNames.deleteOptions, 2);
}

function answer({ answer: kind, isForeign }: Operation, name: string) {
  if (kind === "status") return reference(metaNames.status, 2);
  if (isForeign) return { type: "object" };
  return reference(kind === "list" ? `${name}List` : name, 2);
}
