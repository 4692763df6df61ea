export type LogLevel = "debug" | "info" | "warn" | "error";

/** What varies. Shared names: `vm`, `vmi`, `pod`, `node`, `nad`, `step`, `durationMs`, `error`. Objects go in by key, never whole. */
export type LogFields = { readonly [name: string]: unknown };

/** Messages are constant and lower-case; what varies goes in fields. An `error` field may be the thrown value itself. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with fields on every line. */
  with(fields: LogFields): Log;
}
