import { ApiError, failure } from "./api-error.ts";
import { type Status, type StatusReason, statusCodes } from "./status.ts";

/**
 * The error in an answer that is no success. Where the server sent a Status it is that one; where it sent text, the sentence is
 * the one that Kubernetes' own clients make for the code.
 */
export async function readError(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => "");
  return new ApiError(parseStatus(text) ?? guessStatus(response.status, text));
}

function parseStatus(text: string): Status | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isStatus(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isStatus(value: unknown): value is Status {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "Status" && "status" in value;
}

const sentences: Readonly<Record<number, string>> = {
  400: "the server rejected our request for an unknown reason",
  401: "the server has asked for the client to provide credentials",
  404: "the server could not find the requested resource",
  405: "the server does not allow this method on the requested resource",
  406: "the server was unable to respond with a content type that the client supports",
  409: "the server reported a conflict",
  413: "the server rejected our request because it was too large",
  415: "the server was unable to respond with a content type that the client supports",
  422: "the server rejected our request due to an error in our request",
  429: "the server has received too many requests and has asked us to try again later",
  503: "the server is currently unable to handle the request",
  504: "the server was unable to return a response in the time allotted, but may still be processing the request",
};

function guessStatus(code: number, text: string): Status {
  const said = text.trim().slice(0, 2048);
  const message =
    sentences[code] ??
    (code >= 500
      ? `an error on the server (${JSON.stringify(said || "unknown")}) has prevented the request from succeeding`
      : `the server responded with the status code ${code} but did not return more information`);
  const reason = reasonFor(code);
  return failure(message, {
    code,
    ...(reason && { reason }),
    ...(said !== "" && { details: { causes: [{ reason: "UnexpectedServerResponse", message: said }] } }),
  });
}

function reasonFor(code: number): StatusReason | undefined {
  if (code === 409) return "Conflict";
  if (code === 410) return "Expired";
  if (code >= 500 && code !== 503 && code !== 504) return "InternalError";
  const reasons = Object.keys(statusCodes) as StatusReason[];
  return reasons.find((reason) => statusCodes[reason] === code);
}
