import { formatError } from "../errors/format-error.ts";
import type { Log, LogFields, LogLevel } from "./types.ts";

const order: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * A log of one JSON object a line: time, level, component, message, then the fields.
 *
 * @param write  gets each line with its line feed; must not throw
 */
export function createLogTo(
  write: (line: string) => void,
  options: { readonly component: string; readonly level?: LogLevel | undefined; readonly now?: () => Date },
): Log {
  const least = order[options.level ?? "info"];
  const now = options.now ?? (() => new Date());
  const build = (fixed: LogFields): Log => {
    const at = (level: LogLevel) => (message: string, fields?: LogFields) => {
      if (order[level] < least) return;
      const line = { time: now().toISOString(), level, component: options.component, message, ...fixed, ...fields };
      write(`${toJson(line)}\n`);
    };
    return {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      with: (fields) => build({ ...fixed, ...fields }),
    };
  };
  return build({});
}

/** A log that says nothing, for tests and libraries used without one. */
export const silentLog: Log = createLogTo(() => {}, { component: "none", level: "error" });

function toJson(line: LogFields): string {
  try {
    return JSON.stringify(line, (_, value) => (value instanceof Error ? formatError(value) : plain(value)));
  } catch (error) {
    // A cyclic field must not take the process down with it.
    return JSON.stringify({ level: "error", message: "log line lost", error: formatError(error) });
  }
}

function plain(value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
