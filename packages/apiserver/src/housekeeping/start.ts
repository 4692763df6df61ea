import type { ClientFetch } from "@peapod/machinery";
import type { Engine } from "../engine/call.ts";

export interface HousekeepingOptions {
  readonly engine: Engine;
  readonly fetch: ClientFetch;
}

export function startHousekeeping(_: HousekeepingOptions): AsyncDisposable {
  return { [Symbol.asyncDispose]: async () => {} };
}
