import { rm } from "node:fs/promises";
import { join } from "node:path";
import { readJsonFile, writeFileDurably } from "@peapod/machinery/node";
import type { Attachment } from "@peapod/network";
import type { Domain } from "@peapod/qemu";
import type { GuestRecord } from "@peapod/qemu/node";
import type { PreparedDisk } from "@peapod/storage";

/**
 * What must be known of a guest to go on after a death of ours, at any step; `guest.json` in its data folder. It exists from the
 * moment before QEMU is started until the folder goes, and each thing is written before it is done.
 */
export interface GuestFile {
  readonly formatVersion: 1;
  readonly vmiUid: string;
  readonly namespace: string;
  readonly vmiName: string;
  readonly startedAt: string;
  /** It waits for somebody to unpause it (`startStrategy: Paused`). */
  readonly startsPaused: boolean;
  /** How long it may take to shut down. */
  readonly graceSeconds: number;
  readonly attachments: readonly Attachment[];
  readonly disks: readonly PreparedDisk[];
  /** QEMU, from when it answered; without it, a process with the domain's pid file may be anywhere on its way. */
  readonly qemu?: GuestRecord | undefined;
  /** `pc-q35-7.2` */
  readonly machineType?: string | undefined;
  /** Its vCPUs were, or are about to be, let run: a half-started guest and a paused one look alike otherwise. */
  readonly isContinued: boolean;
  /** A reboot by the power button is under way: a guest that is down before then is to come up again. */
  readonly rebootUntil?: string | undefined;
  /** Its filesystems are to thaw by themselves then. */
  readonly frozenUntil?: string | undefined;
  /** Names of interfaces that are being mended. */
  readonly mending?: readonly string[] | undefined;
  /** How it ended, written before QEMU is told to go. */
  readonly ended?: GuestEnd | undefined;
  /** Nothing of it runs any more. */
  readonly isGone: boolean;
}

/** Of a guest whose QEMU has answered. */
export type StartedFile = GuestFile & { readonly qemu: GuestRecord };

export function isStarted(file: GuestFile): file is StartedFile {
  return file.qemu !== undefined;
}

export interface GuestEnd {
  readonly failed: boolean;
  /** One word: `Shutdown`, `Crashed`, `GuestPanicked`, `GracePeriodExpired`, `Destroyed`, `NodeReboot` */
  readonly reason: string;
  readonly message: string;
  readonly at: string;
}

export async function readGuestFile(dataDir: string): Promise<GuestFile | undefined> {
  return versionOne(join(dataDir, guestFileName), await readJsonFile(join(dataDir, guestFileName)));
}

export async function writeGuestFile(dataDir: string, file: GuestFile): Promise<void> {
  await writeFileDurably(join(dataDir, guestFileName), JSON.stringify(file, undefined, 2));
}

/** A start that failed leaves no guest. */
export async function removeGuestFile(dataDir: string): Promise<void> {
  await rm(join(dataDir, guestFileName), { force: true });
}

/** The domain a guest was started with: what `peapod domain` shows, and what its status is told from. */
export async function readDomainFile(dataDir: string): Promise<Domain | undefined> {
  return versionOne(join(dataDir, domainFileName), await readJsonFile(join(dataDir, domainFileName)));
}

export async function writeDomainFile(dataDir: string, domain: Domain): Promise<void> {
  await writeFileDurably(join(dataDir, domainFileName), JSON.stringify(domain, undefined, 2));
}

/** Written by us alone, whole or not at all: only the version is looked at. */
function versionOne<T extends { readonly formatVersion: 1 }>(path: string, value: unknown): T | undefined {
  if (value === undefined) return undefined;
  const file = value as T;
  if (file.formatVersion === 1) return file;
  throw new Error(`Cannot read ${path}: another version of Peapod wrote it`);
}

const guestFileName = "guest.json";
const domainFileName = "domain.json";
