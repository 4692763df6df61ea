import type { ApiExtension } from "@peapod/machinery";
import type { ServedResources } from "../../registry/types.ts";
import { discoveredGroups } from "../render/discovery/groups.ts";
import { wholeResponse } from "../whole-response.ts";
import { createDiscovery, type DiscoveryDocuments } from "./discovery.ts";
import { answerDocument } from "./document.ts";
import { createOpenApi } from "./open-api.ts";
import { renderVersion, type ServerVersion } from "./version.ts";

export interface DocumentsOptions {
  readonly served: () => ServedResources;
  readonly extensions?: readonly ApiExtension[];
  readonly version: ServerVersion;
  /** Where clients inside of the instance reach the server: `127.0.0.1:6443`. */
  readonly serverAddress: string;
}

/** Answers the documents that describe the server; undefined for every other request. @throws {ApiError} 406 */
export type Documents = (request: Request) => Promise<Response | undefined>;

/**
 * Discovery (`/api`, `/apis/…`), OpenAPI (`/openapi/…`) and `/version`. Whoever calls has authorised the request already.
 */
export function createDocuments({ served, extensions = [], version, serverAddress }: DocumentsOptions): Documents {
  const openApi = createOpenApi(version.gitVersion);
  let discovery: { readonly generation: number; readonly documents: DiscoveryDocuments } | undefined;
  const currentDiscovery = (now: ServedResources): DiscoveryDocuments => {
    if (discovery?.generation !== now.generation) {
      const groups = discoveredGroups({ served: now, extensions });
      discovery = { generation: now.generation, documents: createDiscovery(groups, serverAddress) };
    }
    return discovery.documents;
  };
  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") return undefined;
    const path = new URL(request.url).pathname;
    if (path === "/version" || path === "/version/") {
      return wholeResponse(JSON.stringify(renderVersion(version), undefined, 2), {
        headers: { "Content-Type": "application/json" },
      });
    }
    if (path.startsWith("/openapi/")) return await openApi.answer(request, path, served());
    if (!path.startsWith("/api")) return undefined;
    const document = currentDiscovery(served()).find(path, request.headers.get("accept"));
    return document && (await answerDocument(request, document, { "Cache-Control": "public" }));
  };
}
