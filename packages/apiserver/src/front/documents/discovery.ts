import { notAcceptable } from "@peapod/machinery";
import { covers, parseAccept } from "../negotiation/media-type.ts";
import { objectMediaTypes } from "../negotiation/negotiate.ts";
import { renderGroupDiscovery } from "../render/discovery/aggregated.ts";
import { renderApiVersions, renderGroup, renderGroupList, renderResourceList } from "../render/discovery/classic.ts";
import type { DiscoveredGroup } from "../render/discovery/groups.ts";
import { type Document, makeDocument } from "./document.ts";

/** Discovery of one state of the registry: what each path answers, rendered when first asked for. */
export interface DiscoveryDocuments {
  /** @throws {ApiError} 406 where nothing that is accepted can be made */
  readonly find: (path: string, accept: string | null) => Document | undefined;
}

/** @param serverAddress  `127.0.0.1:6443` */
export function createDiscovery(groups: readonly DiscoveredGroup[], serverAddress: string): DiscoveryDocuments {
  const core = groups.filter(({ name }) => name === "");
  const named = groups.filter(({ name }) => name !== "");
  const made = new Map<string, Document>();
  const once = (key: string, contentType: string, render: () => unknown): Document => {
    const known = made.get(key) ?? makeDocument(`${JSON.stringify(render())}\n`, contentType);
    made.set(key, known);
    return known;
  };
  const json = (path: string, render: () => unknown) => once(path, "application/json", render);
  const index = (path: string, shown: readonly DiscoveredGroup[], accept: string | null, classic: () => unknown) => {
    const version = aggregatedVersion(accept);
    if (version === undefined) return json(path, classic);
    const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
    return once(`${path} ${version}`, contentType, () => renderGroupDiscovery(shown, version));
  };
  return {
    find: (path, accept) => {
      const [root, first, second, ...rest] = path.replace(/\/$/, "").split("/").slice(1);
      if (rest.length > 0) return undefined;
      if (root === "api" && first === undefined) {
        return index(path, core, accept, () => renderApiVersions(serverAddress));
      }
      if (root === "apis" && first === undefined) return index(path, named, accept, () => renderGroupList(named));
      const group = root === "api" ? core[0] : root === "apis" ? named.find(({ name }) => name === first) : undefined;
      if (!group || (root === "api" && second !== undefined)) return undefined;
      const asked = root === "api" ? first : second;
      const version = group.versions.find((one) => one.version === asked);
      if (asked !== undefined && !version) return undefined;
      aggregatedVersion(accept);
      return json(path, () => (version ? renderResourceList(group.name, version) : renderGroup(group)));
    },
  };
}

/**
 * The version of aggregated discovery a client asks for; undefined for the classic form.
 *
 * @throws {ApiError} 406 if neither will do
 */
export function aggregatedVersion(accept: string | null): "v2" | "v2beta1" | undefined {
  if (accept === null || accept.trim() === "") return undefined;
  for (const { type, parameters } of parseAccept(accept)) {
    if (!covers(type, "application/json")) continue;
    const as = parameters.get("as");
    if (as === undefined) return undefined;
    if (as !== "APIGroupDiscoveryList" || parameters.get("g") !== "apidiscovery.k8s.io") continue;
    const version = parameters.get("v");
    if (version === "v2" || version === "v2beta1") return version;
  }
  throw notAcceptable(objectMediaTypes);
}
