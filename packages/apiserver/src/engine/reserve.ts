import { invalid } from "@peapod/machinery";
import type { StoredObject } from "../store/entry.ts";
import { type Call, resourceNames } from "./call.ts";

/**
 * Gives an object what its kind hands out once only (addresses, ports), and keeps it from others until `held` ends.
 *
 * @throws {ApiError} Invalid for what cannot be had
 */
export function reserve({ engine, served, info }: Call, object: StoredObject, held: DisposableStack): StoredObject {
  const context = { now: engine.now(), random: engine.random, subresource: info.subresource };
  const reservation = served.resource.strategy.reserve?.(object, context);
  if (!reservation) return object;
  held.defer(reservation.release);
  if (reservation.problems.length === 0) return reservation.object;
  throw invalid(resourceNames(served), object.metadata.name, reservation.problems);
}
