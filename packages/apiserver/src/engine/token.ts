import type { TokenRequest } from "@peapod/api";
import { type FieldProblem, invalid, invalidValue, serviceUnavailable, timestampOf } from "@peapod/machinery";
import { readBody } from "../request/read-body.ts";
import { answerOther } from "./answer.ts";
import type { Call } from "./call.ts";
import { decodeBody } from "./decode-body.ts";
import { findEntry } from "./read.ts";

const tokenKind = {
  apiVersion: "authentication.k8s.io/v1",
  version: "v1",
  group: "authentication.k8s.io",
  kind: "TokenRequest",
  isCustom: false,
} as const;

const usualSeconds = 3600;
const leastSeconds = 600;
const mostSeconds = 2 ** 32;

/** POST serviceaccounts/NAME/token: a token for the account, for a while. */
export async function requestToken(call: Call): Promise<Response> {
  const { request, engine, info } = call;
  const body = await readBody(request);
  const { object } = decodeBody(body, request.headers.get("content-type"), tokenKind, {
    registry: engine.registry,
    schema: undefined,
  });
  const { spec } = object as unknown as Pick<TokenRequest, "spec">; // every part of it is looked at below
  const expirationSeconds = spec?.expirationSeconds ?? usualSeconds;
  const problems: FieldProblem[] = [];
  if (expirationSeconds < leastSeconds) {
    const sentence = "may not specify a duration less than 10 minutes";
    problems.push(invalidValue("spec.expirationSeconds", expirationSeconds, sentence));
  }
  if (expirationSeconds > mostSeconds) {
    const sentence = "may not specify a duration larger than 2^32 seconds";
    problems.push(invalidValue("spec.expirationSeconds", expirationSeconds, sentence));
  }
  if (problems.length > 0) throw invalid(tokenKind, object.metadata.name ?? "", problems);
  const account = findEntry(call);
  if (!engine.tokens) throw serviceUnavailable("this server has no key to sign tokens with");
  const audiences = spec?.audiences ?? [];
  const { kind, name, uid } = spec?.boundObjectRef ?? {};
  const status = await engine.tokens.issue({
    namespace: account.namespace,
    name: account.name,
    uid: account.meta.uid,
    audiences,
    expirationSeconds,
    ...(kind && name && uid && { boundTo: { kind, name, uid } }),
  });
  const metadata = {
    name: info.name,
    namespace: info.namespace,
    creationTimestamp: timestampOf(engine.now()),
  };
  const { apiVersion } = tokenKind;
  return answerOther(
    call,
    { kind: "TokenRequest", apiVersion, metadata, spec: { ...spec, audiences, expirationSeconds }, status },
    201,
  );
}
