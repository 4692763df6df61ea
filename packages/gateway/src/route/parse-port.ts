import { badRequest } from "@peapod/machinery";

export interface ForwardedPort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
}

/**
 * What follows `portforward`: `80`, `80/tcp`, `53/udp`.
 *
 * @throws {ApiError} BadRequest for anything else
 */
export function parsePort(rest: readonly string[]): ForwardedPort {
  const [port = "", protocol = "tcp", ...more] = rest;
  if (port === "") throw badRequest("port must not be empty");
  const number = Number(port);
  if (!/^[0-9]+$/.test(port) || number < 1 || number > 65_535) {
    throw badRequest(`port must be a number from 1 to 65535, not ${JSON.stringify(port)}`);
  }
  if ((protocol !== "tcp" && protocol !== "udp") || more.length > 0) {
    throw badRequest(`protocol must be tcp or udp, not ${JSON.stringify([protocol, ...more].join("/"))}`);
  }
  return { port: number, protocol };
}
