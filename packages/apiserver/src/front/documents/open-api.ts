import { notAcceptable } from "@peapod/machinery";
import type { ServedResource, ServedResources } from "../../registry/types.ts";
import { covers, parseAccept } from "../negotiation/media-type.ts";
import { encodeSwaggerHead, encodeSwaggerPart } from "../openapi/gnostic.ts";
import { renderOpenApi3, renderOpenApi3Index } from "../render/openapi/openapi3.ts";
import { renderSwagger, renderSwaggerBase, renderSwaggerPart } from "../render/openapi/swagger.ts";
import { answerDocument, type Document, makeDocument } from "./document.ts";

export interface OpenApi {
  /** Answers paths under `/openapi`; undefined for others. @throws {ApiError} 406 */
  readonly answer: (request: Request, path: string, served: ServedResources) => Promise<Response | undefined>;
}

const swaggerProtobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
const swaggerTypes = [swaggerProtobuf, swaggerProtobuf.replace(".v1.0", "@v1.0"), "application/json"];

/**
 * OpenAPI of all that is served, rendered when asked for and kept per group version: a new CRD costs one group. The v2 document in
 * protobuf is a concatenation of such parts.
 *
 * @param version  the server's own, e.g. `v1.34.0`
 */
export function createOpenApi(version: string): OpenApi {
  const groups = createGroupCache(version);
  let swagger: { readonly generation: number; readonly json?: Document; readonly protobuf?: Document } = {
    generation: -1,
  };

  const swaggerDocument = (served: ServedResources, form: "json" | "protobuf"): Document => {
    if (swagger.generation !== served.generation) swagger = { generation: served.generation };
    const known = swagger[form];
    if (known) return known;
    const document = form === "protobuf" ? protobufSwagger(served) : jsonSwagger(served);
    swagger = { ...swagger, [form]: document };
    return document;
  };
  const protobufSwagger = (served: ServedResources): Document => {
    const head = encodeSwaggerHead(renderSwagger(version, []));
    const parts = groups.of(served).map(({ swaggerPart }) => swaggerPart());
    return makeDocument(Buffer.concat([head, encodeSwaggerPart(renderSwaggerBase()), ...parts]), swaggerProtobuf);
  };
  // Rendered anew: nobody asks for it but people and generators.
  const jsonSwagger = (served: ServedResources): Document => {
    const parts = groups.of(served).map(({ resources }) => renderSwaggerPart(resources));
    return makeDocument(JSON.stringify(renderSwagger(version, [renderSwaggerBase(), ...parts])), "application/json");
  };

  return {
    answer: async (request, path, served) => {
      if (path === "/openapi/v2") {
        return await answerDocument(request, swaggerDocument(served, swaggerForm(request.headers.get("accept"))));
      }
      if (path === "/openapi/v3") {
        const index = renderOpenApi3Index(groups.of(served).map((one) => ({ ...one, hash: one.openApi3().hash })));
        // JSON under the name that upstream gives it.
        return await answerDocument(request, makeDocument(JSON.stringify(index), "text/plain; charset=utf-8"));
      }
      const wanted = /^\/openapi\/v3\/(?:api\/([^/]+)|apis\/([^/]+)\/([^/]+))$/.exec(path);
      if (!wanted) return undefined;
      const [, coreVersion, group = "", groupVersion] = wanted;
      const found = groups
        .of(served)
        .find((one) => one.group === group && one.version === (coreVersion ?? groupVersion));
      return found && (await answerGroup(request, path, found.openApi3()));
    },
  };
}

/** An address with the right hash never changes what it says; a wrong one leads to the right one. */
async function answerGroup(request: Request, path: string, document: Document): Promise<Response> {
  const accept = request.headers.get("accept");
  if (accept !== null && !parseAccept(accept).some(({ type }) => covers(type, "application/json"))) {
    throw notAcceptable(["application/json"]);
  }
  const hash = new URL(request.url).searchParams.get("hash");
  if (hash === null || hash === "") return await answerDocument(request, document);
  if (hash !== document.hash) {
    return new Response(null, { status: 301, headers: { Location: `${path}?hash=${document.hash}` } });
  }
  return await answerDocument(request, document, { "Cache-Control": "public, immutable, max-age=31536000" });
}

/** JSON is for those who ask for it by name; whoever takes anything gets it too. */
function swaggerForm(accept: string | null): "json" | "protobuf" {
  if (accept === null || accept.trim() === "") return "json";
  for (const { type } of parseAccept(accept)) {
    if (covers(type, "application/json")) return "json";
    if (swaggerTypes.includes(type)) return "protobuf";
  }
  throw notAcceptable(swaggerTypes);
}

interface GroupDocuments {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly ServedResource[];
  readonly openApi3: () => Document;
  readonly swaggerPart: () => Uint8Array;
}

/** Keeps what was rendered for as long as the resources of a group version are the same objects. */
function createGroupCache(version: string) {
  let seen: { readonly generation: number; readonly groups: readonly GroupDocuments[] } = {
    generation: -1,
    groups: [],
  };
  return {
    of: (served: ServedResources): readonly GroupDocuments[] => {
      if (seen.generation === served.generation) return seen.groups;
      const before = seen.groups;
      const byGroup = Map.groupBy(served.resources, (resource) => `${resource.kind.group}/${resource.version}`);
      const groups = [...byGroup.values()].flatMap((resources) => {
        const [first] = resources;
        if (!first) return [];
        const old = before.find((one) => isSame(one.resources, resources));
        return [old ?? groupDocuments(version, first.kind.group, first.version, resources)];
      });
      seen = { generation: served.generation, groups };
      return groups;
    },
  };
}

function groupDocuments(
  serverVersion: string,
  group: string,
  version: string,
  resources: readonly ServedResource[],
): GroupDocuments {
  let openApi3: Document | undefined;
  let swaggerPart: Uint8Array | undefined;
  return {
    group,
    version,
    resources,
    openApi3: () => {
      openApi3 ??= makeDocument(JSON.stringify(renderOpenApi3(serverVersion, resources)), "application/json");
      return openApi3;
    },
    swaggerPart: () => {
      swaggerPart ??= encodeSwaggerPart(renderSwaggerPart(resources));
      return swaggerPart;
    },
  };
}

function isSame(a: readonly ServedResource[], b: readonly ServedResource[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index] || one.kind === b[index]?.kind);
}
