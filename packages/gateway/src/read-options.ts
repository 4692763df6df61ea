import { badRequest, formatError, parseYaml } from "@peapod/machinery";

export type Options = Readonly<Record<string, unknown>>;

/** Bodies hold a handful of options. */
const maxBodyBytes = 1024 * 1024;

/**
 * The body of a verb: JSON or YAML; nothing at all means defaults.
 *
 * @throws {ApiError} BadRequest in upstream's words
 */
export async function readOptions(request: Request): Promise<Options> {
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > maxBodyBytes) throw unreadable(`it is larger than ${maxBodyBytes} bytes`);
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    throw unreadable(formatError(error));
  }
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw unreadable("it is no object");
  return value as Options; // checked just above
}

/** @throws {ApiError} BadRequest for anything but a list of `All` */
export function isDryRun(options: Options): boolean {
  const value = options["dryRun"];
  if (value === undefined || value === null) return false;
  if (!Array.isArray(value) || value.some((word) => word !== "All")) throw unreadable(`dryRun has to be ["All"]`);
  return value.length > 0;
}

/** Whole seconds. @throws {ApiError} BadRequest for anything else */
export function secondsOf(options: Options, name: string): number | undefined {
  const value = options[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw unreadable(`${name} has to be a whole number of seconds`);
  }
  return value;
}

function unreadable(what: string) {
  return badRequest(`Can not unmarshal Request body to struct, error: ${what}`);
}
