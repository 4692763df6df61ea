import { internalError } from "@peapod/machinery";
import { JournalError } from "../store/journal.ts";

/** A failed write in words for the client: it was not acknowledged, and here is what to look at. Other errors stay what they are. */
export function storeError(error: unknown): unknown {
  if (!(error instanceof JournalError)) return error;
  return error.outcome === "unknown"
    ? internalError(`it is not known whether the object was stored (${error.message}); look before you try again`)
    : internalError(`the object was not stored: ${error.message}`);
}
