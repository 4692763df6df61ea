import { badRequest } from "@peapod/machinery";
import { jsonError } from "./json-error.ts";

/** Where a paged list goes on: at which revision, and before which key (below the collection's prefix). */
export interface ContinueAt {
  /** −1: at the newest revision, giving up consistency with the first page. */
  readonly revision: number;
  /** First key not yet given, or one before it: `/name\0`, `/namespace/name\0` */
  readonly start: string;
}

const version = "meta.k8s.io/v1";

export function encodeContinue({ revision, start }: ContinueAt): string {
  return Buffer.from(JSON.stringify({ v: version, rv: revision, start })).toString("base64url");
}

/** @throws {ApiError} BadRequest, with Kubernetes' sentences */
export function decodeContinue(token: string): ContinueAt {
  const stray = /[^\w-]/.exec(token);
  if (stray) throw refuse(`continue key is not valid: illegal base64 data at input byte ${stray.index}`);
  const text = Buffer.from(token, "base64url").toString("latin1");
  const mistake = jsonError(text);
  if (mistake !== undefined) throw refuse(`continue key is not valid: ${mistake}`);
  const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
  if (typeof value !== "object" || value === null) throw refuse("continue key is not valid: no object");
  const { v, rv, start } = value as { readonly v?: unknown; readonly rv?: unknown; readonly start?: unknown };
  if (v !== version) throw refuse(`server does not recognize this encoded version ${JSON.stringify(v ?? "")}`);
  if (typeof start !== "string" || start === "") throw refuse(`encoded start key empty (version ${version})`);
  if (typeof rv !== "number" || !Number.isSafeInteger(rv) || rv === 0) {
    throw refuse(`incorrect encoded start resourceVersion (version ${version})`);
  }
  if (start.split("/").some((part) => part === ".." || part === ".")) throw refuse(`invalid start key ${start}`);
  return { revision: rv, start: start.startsWith("/") ? start : `/${start}` };
}

function refuse(detail: string) {
  return badRequest(`invalid continue token: ${detail}`);
}
