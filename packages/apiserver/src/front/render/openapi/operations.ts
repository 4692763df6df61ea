import { apiVersionOf } from "@peapod/api";
import type { ServedResource } from "../../../registry/types.ts";

/** One call of the API, before it is written down for a version of OpenAPI. */
export interface Operation {
  readonly path: string;
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** Upstream's word for it: `list`, `deletecollection`, … */
  readonly action: string;
  readonly id: string;
  readonly gvk: { readonly group: string; readonly kind: string; readonly version: string };
  readonly pathParameters: readonly string[];
  readonly queryParameters: readonly QueryParameter[];
  readonly body: "object" | "patch" | "deleteOptions" | undefined;
  readonly answer: "object" | "list" | "status";
  /** True for subresources that speak of another kind (Scale, Binding, TokenRequest), which the document may not define. */
  readonly isForeign: boolean;
  /** False for kinds on which strategic merge is not possible. */
  readonly isStrategic: boolean;
}

export interface QueryParameter {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean";
  readonly description: string;
}

/** All calls of one resource and its subresources. */
export function resourceOperations(resource: ServedResource): readonly Operation[] {
  const { kind, version, verbs, subresources } = resource;
  const root = kind.group === "" ? `/api/${version}` : `/apis/${apiVersionOf(kind, version)}`;
  const scope = kind.namespaced ? `${root}/namespaces/{namespace}` : root;
  const collection = `${scope}/${kind.plural}`;
  const item = `${collection}/{name}`;
  const gvk = { group: kind.group, kind: kind.kind, version };
  const name = `${pascal(kind.group)}${pascal(version)}${kind.kind}`;
  const one = (path: string, verb: string, id: string, self = gvk): readonly Operation[] => {
    const shape = shapes[verb];
    if (!shape) return [];
    const pathParameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter ?? "");
    const isForeign = self.group !== gvk.group || self.kind !== gvk.kind;
    const isStrategic = kind.builtIn === true;
    return [{ ...shape, path, id: `${verb}${id}`, gvk: self, pathParameters, isForeign, isStrategic }];
  };
  return [
    ...verbs.flatMap((verb) => one(onCollection.has(verb) ? collection : item, verb, name)),
    ...(kind.namespaced && verbs.includes("list")
      ? one(`${root}/${kind.plural}`, "list", `${name}ForAllNamespaces`)
      : []),
    ...subresources.flatMap((sub) =>
      sub.verbs.flatMap((verb) => one(`${item}/${sub.name}`, verb, `${name}${pascal(sub.name)}`, sub.kind)),
    ),
  ];
}

type Shape = Pick<Operation, "method" | "action" | "queryParameters" | "body" | "answer">;

const text = (name: string, description: string): QueryParameter => ({ name, type: "string", description });
const flag = (name: string, description: string): QueryParameter => ({ name, type: "boolean", description });
const count = (name: string, description: string): QueryParameter => ({ name, type: "integer", description });

const dryRun = text("dryRun", "All: go through everything but storing the result.");
const fieldManager = text("fieldManager", "The name under which changed fields are owned.");
const fieldValidation = text(
  "fieldValidation",
  "What to do about unknown or duplicate fields: Ignore, Warn or Strict.",
);
const writing = [dryRun, fieldManager, fieldValidation];
const selecting = [
  text("labelSelector", "Only objects whose labels match."),
  text("fieldSelector", "Only objects whose fields match."),
  count("limit", "The most objects to answer with; metadata.continue leads to the rest."),
  text("continue", "Where an earlier answer left off."),
  text("resourceVersion", "The version to start from."),
  text("resourceVersionMatch", "How resourceVersion is meant: Exact or NotOlderThan."),
  count("timeoutSeconds", "When to end the call."),
];
const deleting = [
  dryRun,
  count("gracePeriodSeconds", "Seconds to end in; 0 means at once."),
  text("propagationPolicy", "What becomes of dependents: Orphan, Background or Foreground."),
];

const shapes: { readonly [verb: string]: Shape | undefined } = {
  get: {
    method: "get",
    action: "get",
    queryParameters: [text("resourceVersion", "Not older than this.")],
    body: undefined,
    answer: "object",
  },
  list: {
    method: "get",
    action: "list",
    queryParameters: [
      ...selecting,
      flag("watch", "Answer with a stream of changes."),
      flag("allowWatchBookmarks", "Tell now and then which version has been reached."),
      flag("sendInitialEvents", "Begin a watch with everything there is."),
    ],
    body: undefined,
    answer: "list",
  },
  create: { method: "post", action: "post", queryParameters: writing, body: "object", answer: "object" },
  update: { method: "put", action: "put", queryParameters: writing, body: "object", answer: "object" },
  patch: {
    method: "patch",
    action: "patch",
    queryParameters: [...writing, flag("force", "Take fields over from other managers (apply only).")],
    body: "patch",
    answer: "object",
  },
  delete: { method: "delete", action: "delete", queryParameters: deleting, body: "deleteOptions", answer: "status" },
  deletecollection: {
    method: "delete",
    action: "deletecollection",
    queryParameters: [...selecting, ...deleting],
    body: "deleteOptions",
    answer: "status",
  },
};

const onCollection: ReadonlySet<string> = new Set(["list", "create", "deletecollection"]);

function pascal(words: string): string {
  return words
    .split(/[^a-zA-Z0-9]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
