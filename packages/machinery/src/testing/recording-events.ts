import { keyOf } from "../client/paths.ts";
import type { EventRecorder } from "../controller/types.ts";

/** An EventRecorder that only remembers, as `"Warning SyncFailed a/w1: message"`. */
export function recordingEvents(): EventRecorder & { readonly said: readonly string[] } {
  const said: string[] = [];
  return {
    said,
    record: (object, { type, reason, message }) => said.push(`${type} ${reason} ${keyOf(object)}: ${message}`),
  };
}
