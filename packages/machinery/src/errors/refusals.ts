import { type Admission, formatProblems, type Problem } from "@peapod/api";
import { ApiError, failure } from "./api-error.ts";
import type { StatusCause, StatusDetails } from "./status.ts";

/** The part of a Kind that errors of the request path name. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
}

/** The part of a Kind that validation errors name. */
export interface KindName {
  readonly group: string;
  readonly kind: string;
}

/** `virtualmachines.kubevirt.io`, `pods` */
export function qualifiedResource(resource: ResourceName): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

export function notFound(resource: ResourceName, name: string): ApiError {
  return refuse(`${qualifiedResource(resource)} "${name}" not found`, "NotFound", details(resource, name));
}

export function alreadyExists(resource: ResourceName, name: string): ApiError {
  return refuse(`${qualifiedResource(resource)} "${name}" already exists`, "AlreadyExists", details(resource, name));
}

/** What a stale update is told; other programs search for it. */
export const modifiedSentence =
  "the object has been modified; please apply your changes to the latest version and try again";

export function conflict(resource: ResourceName, name: string, sentence = modifiedSentence): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedResource(resource)} "${name}": ${sentence}`;
  return refuse(message, "Conflict", details(resource, name));
}

/** A delete precondition that does not hold: names the Kind where `conflict` names the resource. */
export function preconditionFailed(kind: KindName, name: string, sentence: string): ApiError {
  return conflict({ group: kind.group, plural: kind.kind }, name, sentence);
}

export function invalid(kind: KindName, name: string, problems: readonly Problem[]): ApiError {
  return refuse(invalidSentence(kind, name, problems), "Invalid", invalidDetails(kind, name, problems));
}

function invalidSentence(kind: KindName, name: string, problems: readonly Problem[]): string {
  const qualified = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  return `${qualified} "${name}" is invalid: ${formatProblems(problems)}`;
}

function invalidDetails(kind: KindName, name: string, problems: readonly Problem[]): StatusDetails {
  return { ...details({ ...kind, plural: kind.kind }, name), causes: causesOf(problems) };
}

/** A refusal by admission: bare sentences, as KubeVirt's webhooks word theirs, or those of an invalid object. */
export function admissionDenied(
  { webhookName, kind, namesObject }: Pick<Admission, "webhookName" | "kind" | "namesObject">,
  name: string,
  problems: readonly Problem[],
): ApiError {
  const said = namesObject
    ? invalidSentence(kind, name, problems)
    : problems.map((problem) => problem.message).join(", ");
  const message = `admission webhook "${webhookName}" denied the request: ${said}`;
  return refuse(
    message,
    "Invalid",
    namesObject ? invalidDetails(kind, name, problems) : { causes: causesOf(problems) },
  );
}

export function badRequest(message: string): ApiError {
  return refuse(message, "BadRequest");
}

export function unauthorized(message = "Unauthorized"): ApiError {
  return refuse(message, "Unauthorized");
}

/** A refusal in words of one's own: `pods "x" is forbidden: <sentence>`. */
export function forbidden(
  resource: ResourceName,
  name: string,
  sentence: string,
  causes?: readonly StatusCause[],
): ApiError {
  const object = name === "" ? qualifiedResource(resource) : `${qualifiedResource(resource)} "${name}"`;
  const message = `${object} is forbidden: ${sentence}`;
  return refuse(message, "Forbidden", { ...details(resource, name), ...(causes && { causes }) });
}

/** What an authoriser refuses: a resource, or a path outside of the API. */
export type AccessAttempt = { readonly user: string; readonly verb: string } & (
  | {
      readonly resource: ResourceName;
      readonly subresource?: string | undefined;
      readonly name?: string | undefined;
      readonly namespace?: string | undefined;
    }
  | { readonly path: string }
);

export function accessDenied(attempt: AccessAttempt): ApiError {
  const { user, verb } = attempt;
  if ("path" in attempt) {
    return refuse(`forbidden: User "${user}" cannot ${verb} path "${attempt.path}"`, "Forbidden", {});
  }
  const { resource, subresource, name = "", namespace = "" } = attempt;
  const what = subresource ? `${resource.plural}/${subresource}` : resource.plural;
  const scope = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const sentence = `User "${user}" cannot ${verb} resource "${what}" in API group "${resource.group}" ${scope}`;
  return forbidden(resource, name, sentence);
}

export function methodNotAllowed(resource: ResourceName, verb: string): ApiError {
  const message = `${verb} is not supported on resources of kind "${qualifiedResource(resource)}"`;
  return refuse(message, "MethodNotAllowed", details(resource, ""));
}

export function notAcceptable(mediaTypes: readonly string[]): ApiError {
  return refuse(`only the following media types are accepted: ${mediaTypes.join(", ")}`, "NotAcceptable");
}

export function unsupportedMediaType(mediaTypes: readonly string[]): ApiError {
  const types = mediaTypes.join(", ");
  return refuse(
    `the body of the request was in an unknown format - accepted media types include: ${types}`,
    "UnsupportedMediaType",
  );
}

export function requestTooLarge(limitBytes: number): ApiError {
  return refuse(`Request entity too large: limit is ${limitBytes}`, "RequestEntityTooLarge");
}

/** Asks for a version of the past that is no longer kept. A list may be told a token to go on with. */
export function expired(message: string, continueToken?: string): ApiError {
  return new ApiError(
    failure(message, { reason: "Expired", ...(continueToken !== undefined && { continue: continueToken }) }),
  );
}

export function timedOut(message: string, retryAfterSeconds: number, causes?: readonly StatusCause[]): ApiError {
  return refuse(`Timeout: ${message}`, "Timeout", { ...(causes && { causes }), retryAfterSeconds });
}

export function tooManyRequests(message: string, retryAfterSeconds: number, causes?: readonly StatusCause[]): ApiError {
  return refuse(message, "TooManyRequests", { ...(causes && { causes }), retryAfterSeconds });
}

export function serviceUnavailable(message: string): ApiError {
  return refuse(message, "ServiceUnavailable");
}

export function internalError(message: string): ApiError {
  return refuse(`Internal error occurred: ${message}`, "InternalError", { causes: [{ message }] });
}

/** A server-side apply that would take fields from other managers: `message` lists them, one cause a field. */
export function applyConflict(message: string, causes: readonly StatusCause[]): ApiError {
  return refuse(message, "Conflict", { causes });
}

/** Some of Kubernetes' refusals carry no reason, so that kubectl prints `Error from server: …`. */
export function withoutReason(code: number, message: string): ApiError {
  return new ApiError(failure(message, { code }));
}

function refuse(message: string, reason: NonNullable<ApiError["reason"]>, info?: StatusDetails): ApiError {
  return new ApiError(failure(message, { reason, ...(info && { details: info }) }));
}

function details(resource: ResourceName, name: string): StatusDetails {
  return {
    ...(name !== "" && { name }),
    ...(resource.group !== "" && { group: resource.group }),
    kind: resource.plural,
  };
}

function causesOf(problems: readonly Problem[]): readonly StatusCause[] {
  return problems.map(({ path, message, reason }) => ({ reason, message, field: path }));
}
