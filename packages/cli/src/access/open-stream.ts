import { ApiError, type Connection, readError } from "@peapod/machinery";
import type { Access } from "../commands/command.ts";
import { type Owner, subresourcePath } from "./subresource.ts";

/**
 * Opens a stream to a guest.
 *
 * @throws {ApiError} in the server's words
 */
export async function openStream(
  access: Access,
  owner: Owner,
  name: string,
  subresource: string,
  signal: AbortSignal,
): Promise<Connection> {
  const url = `http://peapod.internal${subresourcePath(access.namespace, owner, name, subresource)}`;
  const headers = { "Sec-WebSocket-Protocol": "plain.kubevirt.io" };
  const answer = await access.connect(new Request(url, { headers, signal }));
  if (answer instanceof Response) throw await readError(answer);
  return answer;
}

/** The guest is not there yet, and may come: upstream answers 400 to a console of what does not run. */
export function isNotRunningYet(error: unknown): boolean {
  return error instanceof ApiError && error.code === 400;
}
