/** What QEMU says of itself when a client connects. */
export interface QmpGreeting {
  /** `7.2.22` */
  readonly version: string;
  /** The distribution's full name for its build. */
  readonly package: string;
  readonly capabilities: readonly string[];
}

export interface QmpEvent {
  /** `SHUTDOWN`, `RESET`, `DEVICE_DELETED`, … */
  readonly event: string;
  readonly data: { readonly [key: string]: unknown };
  /** Milliseconds since 1970 by QEMU's clock. */
  readonly timestampMs: number;
}

export type QmpMessage =
  | { readonly type: "greeting"; readonly greeting: QmpGreeting }
  | { readonly type: "event"; readonly event: QmpEvent }
  | { readonly type: "return"; readonly id: unknown; readonly value: unknown }
  | { readonly type: "error"; readonly id: unknown; readonly errorClass: string; readonly description: string };

/** @throws {Error} for a line that is no QMP message */
export function parseQmpMessage(line: string): QmpMessage {
  const message = asRecord(JSON.parse(line));
  if ("QMP" in message) return { type: "greeting", greeting: parseGreeting(asRecord(message["QMP"])) };
  if ("event" in message) {
    const timestamp = asRecord(message["timestamp"]);
    return {
      type: "event",
      event: {
        event: String(message["event"]),
        data: asRecord(message["data"] ?? {}),
        timestampMs: Number(timestamp["seconds"]) * 1000 + Math.floor(Number(timestamp["microseconds"]) / 1000),
      },
    };
  }
  if ("return" in message) return { type: "return", id: message["id"], value: message["return"] };
  if ("error" in message) {
    const error = asRecord(message["error"]);
    return {
      type: "error",
      id: message["id"],
      errorClass: String(error["class"]),
      description: String(error["desc"]),
    };
  }
  throw new Error(`Not a QMP message: ${line.slice(0, 200)}`);
}

function parseGreeting(qmp: { readonly [key: string]: unknown }): QmpGreeting {
  const version = asRecord(qmp["version"]);
  const { major, minor, micro } = asRecord(version["qemu"]);
  return {
    version: `${major}.${minor}.${micro}`,
    package: String(version["package"]),
    capabilities: Array.isArray(qmp["capabilities"]) ? qmp["capabilities"].map(String) : [],
  };
}

/** The edge between what a program sent and what we rely on. */
export function asRecord(value: unknown): { readonly [key: string]: unknown } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`Expected a JSON object, got ${JSON.stringify(value)?.slice(0, 200)}`);
  }
  // An object read from JSON has string keys and unknown values.
  return value as { readonly [key: string]: unknown };
}
