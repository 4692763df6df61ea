import type { Kind, KubeObject } from "@peapod/api";
import { methodNotAllowed, notFound } from "@peapod/machinery";
import { answerReview } from "../front/reviews/review.ts";
import { bindPod } from "../pods/bind.ts";
import { evictPod } from "../pods/evict.ts";
import { readPodLog } from "../pods/log.ts";
import { refuseStream } from "../pods/refuse-stream.ts";
import { hasStatus } from "../registry/resource.ts";
import { isStored, verbsOf } from "../registry/served.ts";
import { readBody } from "../request/read-body.ts";
import { namesObject } from "../request/request-info.ts";
import { readWriteOptions } from "../request/write-options.ts";
import type { StoredObject } from "../store/entry.ts";
import { answerObject } from "./answer.ts";
import { type Call, resourceNames } from "./call.ts";
import { createObject, decodeObject } from "./create.ts";
import { deleteCollection, deleteObject } from "./delete.ts";
import { normalize } from "./normalize.ts";
import { patchObject } from "./patch.ts";
import { getObject, listObjects } from "./read.ts";
import { scaleObject } from "./scale.ts";
import { requestToken } from "./token.ts";
import { updateObject } from "./update.ts";
import { watchObjects } from "./watch.ts";

type Handler = (call: Call) => Promise<Response>;

const objectVerbs: Readonly<Record<Call["info"]["verb"], Handler>> = {
  get: getObject,
  list: listObjects,
  watch: watchObjects,
  create: createObject,
  update: updateObject,
  patch: patchObject,
  delete: deleteObject,
  deletecollection: deleteCollection,
};

/** Subresources that only Kubernetes' own kinds have, by kind and name. */
const special: Readonly<Record<string, Partial<Record<Call["info"]["verb"], Handler>>>> = {
  "/Pod/binding": { create: bindPod },
  "/Pod/eviction": { create: evictPod },
  "/Pod/log": { get: readPodLog },
  "/Pod/exec": { get: refuseStream, create: refuseStream },
  "/Pod/attach": { get: refuseStream, create: refuseStream },
  "/Pod/portforward": { get: refuseStream, create: refuseStream },
  "/Namespace/finalize": { update: updateObject },
  "/ServiceAccount/token": { create: requestToken },
};

/** Answers a request for a resource that is served. @returns undefined where nothing is served under that path */
export async function dispatch(call: Call): Promise<Response | undefined> {
  const { info, served } = call;
  const { resource, version } = served;
  if (!isPlaced(call)) return undefined;
  if (version.deprecationWarning !== undefined) call.warnings.push(version.deprecationWarning);
  if (info.subresource === undefined) {
    if (!isStored(resource)) return info.verb === "create" ? await answerQuestion(call) : refuse(call);
    if (!verbsOf(resource).includes(info.verb)) return refuse(call);
    return await objectVerbs[info.verb](call);
  }
  const verbs = subresourceVerbs(call, version.kind);
  if (!verbs) {
    if (resource.isCustom && namesObject(info)) throw notFound(resourceNames(served), info.name ?? "");
    return undefined;
  }
  const handler = verbs[info.verb];
  return handler ? await handler(call) : refuse(call);
}

/** Objects of a namespace are under it, and nothing else is; lists and what is done to lists may go over all namespaces. */
function isPlaced({ info, served }: Call): boolean {
  const { resource } = served;
  if (!resource.namespaced) return info.namespace === undefined || resource.plural === "namespaces";
  return info.namespace !== undefined || !namesObject(info);
}

function subresourceVerbs(
  { info, served }: Call,
  kind: Kind,
): Partial<Record<Call["info"]["verb"], Handler>> | undefined {
  if (info.rest.length > 0) return undefined;
  if (info.subresource === "status" && hasStatus(served)) {
    return { get: getObject, update: updateObject, patch: patchObject };
  }
  if (info.subresource === "scale" && kind.subresources?.scale) {
    return { get: scaleObject, update: scaleObject, patch: scaleObject };
  }
  return special[`${served.resource.group}/${served.resource.kind}/${info.subresource}`];
}

function refuse({ served, info }: Call): never {
  throw methodNotAllowed(resourceNames(served), info.verb);
}

/** A review: what is posted comes back with an answer, and nothing is stored. */
async function answerQuestion(call: Call): Promise<Response | undefined> {
  const { request, query, info, served, engine, user } = call;
  const options = readWriteOptions(query, "CreateOptions", { userAgent: null, isApply: false });
  const object = normalize(served, await decodeObject(call, options, await readBody(request)));
  const answer = await answerReview(object as unknown as KubeObject, info.namespace, {
    user,
    authorize: engine.authorizer,
    now: engine.now(),
    ...(engine.tokens && { verifyToken: engine.tokens.verify }),
  });
  return answer && answerObject(call, answer as unknown as StoredObject, 201);
}
