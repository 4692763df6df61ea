import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Domain } from "@peapod/qemu";

/** A guest's place on the machine, from what the agent keeps about it in the data folder. */
export interface GuestPlace {
  readonly netnsPath: string;
  readonly runDir: string;
  readonly dataDir: string;
  readonly cgroupPaths: readonly string[];
}

export function readPlace(dataDir: string, vmiUid: string): GuestPlace {
  return readJson(join(dataDir, "guests", vmiUid, "sandbox.json")) as GuestPlace; // written by the agent, whole or not at all
}

export function readDomain(place: GuestPlace): Domain {
  return readJson(join(place.dataDir, "domain.json")) as Domain; // likewise
}

export function readPid(place: GuestPlace): number {
  return Number(readFileSync(join(place.runDir, "qemu.pid"), "utf8"));
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
