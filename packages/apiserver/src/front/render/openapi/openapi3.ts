import type { ServedResource } from "../../../registry/types.ts";
import { renderKindDefinitions, renderMetaDefinitions } from "./definitions.ts";
import { definitionName, documentPath, metaNames } from "./names.ts";
import { type Operation, resourceOperations } from "./operations.ts";

/** One group version as `GET /openapi/v3/apis/GROUP/VERSION` shows it. @param version  the server's own, e.g. `v1.34.0` */
export function renderOpenApi3(version: string, resources: readonly ServedResource[]) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const resource of resources) {
    const name = definitionName(resource.kind, resource.version);
    for (const operation of resourceOperations(resource)) {
      const item = paths[operation.path] ?? {};
      paths[operation.path] = item;
      item[operation.method] = renderOperation(operation, name);
    }
  }
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version },
    paths,
    components: {
      schemas: Object.assign(
        renderMetaDefinitions(3),
        ...resources.map((resource) => renderKindDefinitions(resource, 3)),
      ),
    },
  };
}

/** `GET /openapi/v3`: where each document is; the hash makes a changed one another address. */
export function renderOpenApi3Index(
  documents: readonly { readonly group: string; readonly version: string; readonly hash: string }[],
) {
  return {
    paths: Object.fromEntries(
      documents.map(({ group, version, hash }) => {
        const path = documentPath(group, version);
        return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
      }),
    ),
  };
}

function renderOperation(operation: Operation, name: string) {
  return {
    description: `${operation.action} ${operation.gvk.kind}`,
    operationId: operation.id,
    parameters: [
      ...operation.pathParameters.map((parameter) => ({
        in: "path",
        name: parameter,
        required: true,
        schema: { type: "string" },
      })),
      ...operation.queryParameters.map(({ name: parameter, type, description }) => ({
        in: "query",
        name: parameter,
        description,
        schema: { type },
      })),
    ],
    ...(operation.body && { requestBody: requestBody(operation, name) }),
    responses: {
      200: { description: "OK", content: contents(["application/json", "application/yaml"], answer(operation, name)) },
    },
    "x-kubernetes-action": operation.action,
    "x-kubernetes-group-version-kind": operation.gvk,
  };
}

function requestBody(operation: Operation, name: string) {
  if (operation.body === "patch") {
    const types = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];
    const all = operation.isStrategic ? [...types, "application/strategic-merge-patch+json"] : types;
    return { required: true, content: contents(all, schemaReference(metaNames.patch)) };
  }
  const isObject = operation.body === "object";
  const schema = isObject ? objectSchema(operation, name) : schemaReference(metaNames.deleteOptions);
  return { required: isObject, content: contents(["application/json", "application/yaml"], schema) };
}

function answer(operation: Operation, name: string) {
  if (operation.answer === "status") return schemaReference(metaNames.status);
  return operation.answer === "list" ? schemaReference(`${name}List`) : objectSchema(operation, name);
}

function objectSchema({ isForeign }: Operation, name: string) {
  return isForeign ? { type: "object" } : schemaReference(name);
}

function schemaReference(name: string) {
  return { $ref: `#/components/schemas/${name}` };
}

function contents(types: readonly string[], schema: object) {
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}
