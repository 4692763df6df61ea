import type { JsonValue } from "@peapod/api";
import { badRequest, internalError, notFound } from "@peapod/machinery";
import { isObject } from "../apply/shape.ts";
import { valueAt, withValueAt } from "../crd/scale.ts";
import { patchType } from "../front/index.ts";
import { readBody } from "../request/read-body.ts";
import { readWriteOptions, type WriteOptions } from "../request/write-options.ts";
import type { StoredObject } from "../store/entry.ts";
import { answerOther } from "./answer.ts";
import { type Call, resourceNames } from "./call.ts";
import { decodeBody } from "./decode-body.ts";
import { asJson } from "./ownership.ts";
import { readPatch } from "./patch.ts";
import { findEntry } from "./read.ts";
import { changeObject, checkName, checkVersion } from "./update.ts";
import { objectOf } from "./view.ts";

const scaleKind = {
  apiVersion: "autoscaling/v1",
  version: "v1",
  group: "autoscaling",
  kind: "Scale",
  isCustom: false,
} as const;

/** The scale subresource: how many replicas are wanted and there, in the same form for every kind. */
export async function scaleObject(call: Call): Promise<Response> {
  const { info, request, query } = call;
  if (info.verb === "get") return answerOther(call, scaleOf(call, objectOf(call.served, findEntry(call))));
  const userAgent = request.headers.get("user-agent");
  const kind = info.verb === "patch" ? "PatchOptions" : "UpdateOptions";
  const options = readWriteOptions(query, kind, { userAgent, isApply: false });
  const change = await readChange(call, options);
  const written = await changeObject(call, options, (old, entry) => {
    const scale = change(scaleOf(call, old));
    checkName(scale, old.metadata.name);
    if (scale.metadata.resourceVersion) checkVersion(call, scale, entry);
    const { specReplicasPath } = pathsOf(call);
    const wanted = valueAt(asJson(scale), ".spec.replicas") ?? 0;
    // The path stays inside the spec, so what every object has is still there.
    const object = withValueAt(asJson(old), specReplicasPath, wanted) as unknown as StoredObject;
    return { object };
  });
  const object = "entry" in written ? objectOf(call.served, written.entry) : written.object;
  return answerOther(call, scaleOf(call, object));
}

async function readChange(call: Call, options: WriteOptions): Promise<(scale: StoredObject) => StoredObject> {
  const { request, engine, info } = call;
  const body = await readBody(request);
  const contentType = request.headers.get("content-type");
  if (info.verb === "patch") {
    const patch = readPatch(call, patchType(contentType), options, body);
    return (scale) => {
      const patched = patch.apply(scale);
      if (!isObject(patched) || !isObject(patched["metadata"])) throw badRequest("the patch makes no Scale of it");
      return patched as unknown as StoredObject; // its numbers are checked with the object they are written to
    };
  }
  const { object } = decodeBody(body, contentType, scaleKind, { registry: engine.registry, schema: undefined });
  return (scale) => ({
    ...object,
    metadata: { ...object.metadata, name: object.metadata.name || scale.metadata.name },
  });
}

function scaleOf(call: Call, object: StoredObject): StoredObject {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = pathsOf(call);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = valueAt(asJson(object), specReplicasPath);
  if (replicas === undefined && call.info.verb !== "get") {
    throw internalError(`the spec replicas field ${JSON.stringify(specReplicasPath)} does not exist`);
  }
  const selector = labelSelectorPath === undefined ? undefined : valueAt(asJson(object), labelSelectorPath);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      uid,
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
    },
    spec: { replicas: numberOr0(replicas) },
    status: {
      replicas: numberOr0(valueAt(asJson(object), statusReplicasPath)),
      ...(typeof selector === "string" && { selector }),
    },
  };
}

function pathsOf(call: Call) {
  const { scale } = call.served.version.kind.subresources ?? {};
  if (!scale) throw notFound(resourceNames(call.served), call.info.name ?? "");
  return scale;
}

function numberOr0(value: JsonValue | undefined): number {
  return typeof value === "number" ? value : 0;
}
