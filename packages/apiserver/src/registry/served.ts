import { createHash } from "node:crypto";
import { createOnlyKinds } from "../kinds/built-in.ts";
import type { Resource } from "./resource.ts";
import type { ServedResource } from "./types.ts";

const builtInVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const customVerbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const statusVerbs = ["get", "patch", "update"];

type Subresource = ServedResource["subresources"][number];

/** Subresources that only Kubernetes' own kinds have. */
const special: Readonly<Record<string, readonly Subresource[]>> = {
  "/Pod": [
    { name: "binding", verbs: ["create"], kind: { group: "", version: "v1", kind: "Binding" } },
    { name: "eviction", verbs: ["create"], kind: { group: "policy", version: "v1", kind: "Eviction" } },
    { name: "log", verbs: ["get"] },
  ],
  "/Namespace": [{ name: "finalize", verbs: ["update"] }],
  "/ServiceAccount": [
    {
      name: "token",
      verbs: ["create"],
      kind: { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" },
    },
  ],
};

/** What discovery, OpenAPI and tables show of a resource: one entry for each version. */
export function servedVersions(resource: Resource): readonly ServedResource[] {
  return resource.versions.map(({ version, kind, deprecationWarning }, index) => ({
    kind,
    version,
    preferred: index === 0,
    ...(deprecationWarning !== undefined && { deprecationWarning }),
    verbs: verbsOf(resource),
    subresources: subresourcesOf(resource, kind),
    ...(isStored(resource) && { storageVersionHash: storageHash(resource) }),
  }));
}

export function verbsOf(resource: Pick<Resource, "group" | "kind" | "isCustom">): readonly string[] {
  if (resource.isCustom) return customVerbs;
  // Deleting all namespaces at once is nobody's intention.
  if (resource.group === "" && resource.kind === "Namespace")
    return builtInVerbs.filter((verb) => verb !== "deletecollection");
  return isStored(resource) ? builtInVerbs : ["create"];
}

export function isStored({ group, kind, isCustom }: Pick<Resource, "group" | "kind" | "isCustom">): boolean {
  return isCustom || !createOnlyKinds.has(`${group}/${kind}`);
}

function subresourcesOf(resource: Resource, kind: ServedResource["kind"]): readonly Subresource[] {
  const { status, scale } = kind.subresources ?? {};
  return [
    ...(status ? [{ name: "status", verbs: statusVerbs }] : []),
    ...(scale
      ? [{ name: "scale", verbs: statusVerbs, kind: { group: "autoscaling", version: "v1", kind: "Scale" } }]
      : []),
    ...(resource.isCustom ? [] : (special[`${resource.group}/${resource.kind}`] ?? [])),
  ];
}

function storageHash({ storedApiVersion, kind }: Resource): string {
  const id = storedApiVersion.includes("/") ? storedApiVersion : `/${storedApiVersion}`;
  return createHash("sha256").update(`${id}/${kind}`).digest().subarray(0, 8).toString("base64");
}
