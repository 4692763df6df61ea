import type { KubeObject } from "@peapod/api";
import { ApiError } from "../errors/api-error.ts";
import { isStatus } from "../errors/read-error.ts";
import { readLines } from "./lines.ts";
import type { WatchEvent } from "./types.ts";

/**
 * The events of a watch body. Ends when the server ends the stream.
 *
 * @throws {ApiError} for an ERROR event, for example Expired when the version asked for is no longer kept
 */
export async function* readWatch<T extends KubeObject>(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<WatchEvent<T>, void> {
  for await (const lines of readLines(body)) {
    for (const line of lines) {
      if (line !== "") yield parseEvent<T>(line);
    }
  }
}

interface WireEvent {
  readonly type: string;
  readonly object: unknown;
}

function parseEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  // The wire is trusted for shape once its type is known: the server checked the object against its schema.
  const event = JSON.parse(line) as WireEvent;
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type: event.type, object: event.object as T };
    case "BOOKMARK": {
      const { metadata } = event.object as KubeObject;
      const isInitialEnd = metadata.annotations?.["k8s.io/initial-events-end"] === "true";
      return {
        type: "BOOKMARK",
        resourceVersion: metadata.resourceVersion ?? "",
        ...(isInitialEnd && { initialEventsEnd: true }),
      };
    }
    default:
      if (isStatus(event.object)) throw new ApiError(event.object);
      throw new Error(`Cannot read a watch event: its type is ${JSON.stringify(event.type)}`);
  }
}
