import { Status as statusSchema } from "@peapod/api";
import {
  ApiError,
  type ApiExtension,
  type ApiFetch,
  accessDenied,
  badRequest,
  forbidden,
  type Status,
  statusOf,
  statusResponse,
  type UserInfo,
} from "@peapod/machinery";
import { impersonated } from "../front/authentication/impersonate.ts";
import { encodeProtobuf, protobufType } from "../front/index.ts";
import { covers, parseAccept } from "../front/negotiation/media-type.ts";
import { type RequestInfo, readRequestInfo } from "../request/request-info.ts";
import type { Attributes, Call, Engine } from "./call.ts";
import { dispatch } from "./dispatch.ts";

/** Something served beside resources: documents, health, metrics, the console. Undefined: not mine. */
export type PathHandler = (request: Request, user: UserInfo) => Promise<Response | undefined>;

export interface RouteOptions {
  readonly engine: Engine;
  readonly extensions: readonly ApiExtension[];
  readonly paths: readonly PathHandler[];
}

/** The whole API as a function: who asks, may he, what is asked for, and the answer. */
export function createRoute({ engine, extensions, paths }: RouteOptions): ApiFetch {
  return async (request, context) => {
    try {
      const url = new URL(request.url);
      const info = readInfo(request.method, url);
      const user = impersonated(request.headers, context.user, engine.authorizer);
      authorize(engine, info, user);
      if (info.isResource) {
        const extension = extensions.find(({ group }) => group === info.group);
        if (extension) return await extension.fetch(request, { user });
        const served = engine.registry.find(info.group, info.version, info.resource);
        if (served) {
          checkName(info.name);
          const call: Call = { engine, request, query: url.searchParams, info, served, user, warnings: [] };
          const answer = await dispatch(call);
          if (answer) return answer;
        }
      }
      for (const handler of paths) {
        const answer = await handler(request, user);
        if (answer) return answer;
      }
      return pageNotFound();
    } catch (error) {
      return answerError(engine, request, error);
    }
  };
}

/** @throws {ApiError} Forbidden */
export function authorize(engine: Pick<Engine, "authorizer">, info: RequestInfo, user: UserInfo): void {
  const { allowed, reason } = engine.authorizer(attributesOf(info, user));
  if (allowed) return;
  const attempt = { user: user.username, verb: info.verb };
  if (!info.isResource) throw accessDenied({ ...attempt, path: info.path });
  const resource = { group: info.group, plural: info.resource };
  const { subresource, name, namespace } = info;
  if (!reason) throw accessDenied({ ...attempt, resource, subresource, name, namespace });
  const { message } = accessDenied({ ...attempt, resource, subresource, name, namespace });
  const sentence = message.slice(message.indexOf("is forbidden: ") + "is forbidden: ".length);
  throw forbidden(resource, name ?? "", `${sentence}: ${reason}`);
}

export function readInfo(method: string, url: URL): RequestInfo {
  try {
    return readRequestInfo(method, url);
  } catch (error) {
    if (error instanceof URIError) throw badRequest(`the path ${url.pathname} has a broken escape`);
    throw error;
  }
}

/** Paths that match nothing are told so in plain words, as kube-apiserver's own router does; clients know the sentence. */
export function pageNotFound(): Response {
  const headers = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
  return new Response("404 page not found\n", { status: 404, headers });
}

export function answerError(engine: Pick<Engine, "log">, request: Request, error: unknown): Response {
  const status = statusOf(error);
  if (!(error instanceof ApiError) && (status.code ?? 500) >= 500 && !request.signal.aborted) {
    engine.log.error("request failed", { method: request.method, path: new URL(request.url).pathname, error });
  }
  return wantsOnlyProtobuf(request) ? protobufStatus(status) : statusResponse(status);
}

function attributesOf(info: RequestInfo, user: UserInfo): Attributes {
  if (!info.isResource) return { user, verb: info.verb, isResource: false, path: info.path };
  const { verb, group, version, resource, subresource, namespace, name } = info;
  return { user, verb, isResource: true, group, version, resource, subresource, namespace, name };
}

function checkName(name: string | undefined): void {
  if (name === undefined) return;
  const refuse = (sentence: string) => badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${sentence}`);
  if (name === "." || name === "..") throw refuse(`may not be '${name}'`);
  for (const character of ["/", "%"]) if (name.includes(character)) throw refuse(`may not contain '${character}'`);
}

function wantsOnlyProtobuf(request: Request): boolean {
  const accept = request.headers.get("accept");
  if (!accept?.includes("protobuf")) return false;
  const ranges = parseAccept(accept);
  return (
    ranges.some(({ type }) => covers(type, protobufType)) &&
    !ranges.some(({ type }) => covers(type, "application/json"))
  );
}

function protobufStatus(status: Status): Response {
  // Uint8Arrays of the encoder lie in memory of their own.
  const body = encodeProtobuf(statusSchema, { ...status }) as Uint8Array<ArrayBuffer>;
  return new Response(body, { status: status.code ?? 500, headers: { "content-type": protobufType } });
}
