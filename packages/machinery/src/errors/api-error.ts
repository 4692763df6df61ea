import { formatError } from "./format-error.ts";
import { InvalidSpecError } from "./invalid-spec-error.ts";
import { type Status, type StatusDetails, type StatusReason, statusCodes } from "./status.ts";

/** A refusal of the API, on either side of the wire: what a client throws, and what a server answers with. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: Status;

  constructor(status: Status, options: { readonly cause?: unknown } = {}) {
    super(status.message ?? `the server answered ${status.code ?? 500}`, options);
    this.status = status;
  }

  get code(): number {
    return this.status.code ?? 500;
  }

  get reason(): StatusReason | undefined {
    return this.status.reason;
  }
}

/** A failure Status. Without `reason` (some errors have none) a code must be given. */
export function failure(
  message: string,
  options: {
    readonly reason?: StatusReason;
    readonly code?: number;
    readonly details?: StatusDetails;
    readonly continue?: string;
  },
): Status {
  const { reason, details } = options;
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: { ...(options.continue !== undefined && { continue: options.continue }) },
    status: "Failure",
    message,
    ...(reason !== undefined && { reason }),
    ...(details !== undefined && { details }),
    code: options.code ?? (reason === undefined ? 500 : statusCodes[reason]),
  };
}

export function hasReason(error: unknown, ...reasons: readonly StatusReason[]): error is ApiError {
  return error instanceof ApiError && error.reason !== undefined && reasons.includes(error.reason);
}

export function isNotFound(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 404;
}

export function isConflict(error: unknown): error is ApiError {
  return hasReason(error, "Conflict");
}

export function isAlreadyExists(error: unknown): error is ApiError {
  return hasReason(error, "AlreadyExists");
}

/** The version asked for is no longer kept: list again. */
export function isExpired(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 410;
}

/** Whatever was thrown, as a Status for the wire: nothing that is not an ApiError or a mistake in a manifest shows its inside. */
export function statusOf(error: unknown): Status {
  if (error instanceof ApiError) return error.status;
  if (error instanceof InvalidSpecError) {
    const message = `${formatError(error)}. ${error.advice}`;
    const causes = [{ reason: "FieldValueInvalid", message, field: error.path }];
    return failure(`${error.path}: ${message}`, { reason: "Invalid", details: { causes } });
  }
  const message = formatError(error);
  return failure(`Internal error occurred: ${message}`, {
    reason: "InternalError",
    details: { causes: [{ message }] },
  });
}

/** The HTTP answer for a Status, with `Retry-After` where its details ask for one. */
export function statusResponse(status: Status): Response {
  const headers: Record<string, string> = { "Content-Type": "application/json", "Cache-Control": "no-cache, private" };
  const retryAfter = status.details?.retryAfterSeconds;
  if (retryAfter !== undefined && retryAfter > 0) headers["Retry-After"] = String(retryAfter);
  return new Response(`${JSON.stringify(status)}\n`, { status: status.code ?? 200, headers });
}
