import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { formatIp } from "@peapod/api";
import type { Allocated, Ipam } from "../ipam/ipam.ts";
import { type Journal, openSqliteJournal } from "../ipam/journal.ts";
import type { AllocateRequest, Owner, PoolDefinition } from "../ipam/types.ts";

export const pods: PoolDefinition = { name: "pods", subnet: "10.244.0.0/29", gateway: "10.244.0.1" };

interface Wish {
  readonly podUid?: string;
  readonly pools?: readonly string[];
  readonly exactly?: string;
  readonly keepOnlyIn?: readonly string[];
}

export async function addresses(ipam: Ipam, name: string, { podUid, pools: names = ["pods"], ...wish }: Wish = {}) {
  const nics = [{ interface: "eth0", addresses: [{ family: 4, pools: names, ...wish }] }] as const;
  return texts(await ipam.allocate({ ...request(name, podUid), nics }));
}

export function heldBy(ipam: Ipam, name: string): readonly string[] {
  return ipam
    .list({ owner: owner(name) })
    .map(({ family, address, isOnTrial }) => `${formatIp({ family, value: address })}${isOnTrial ? " on trial" : ""}`);
}

export function texts({ assignments }: Allocated): readonly string[] {
  return assignments.map(({ address }) => address);
}

export function request(name: string, podUid = "pod"): AllocateRequest {
  const nics = [{ interface: "eth0", addresses: [{ family: 4, pools: ["pods"] }] }] as const;
  return { owner: owner(name), holder: { podUid, podName: `p-${name}`, node: "n1" }, nics };
}

export function owner(name: string): Owner {
  return { kind: "vm", namespace: "default", name };
}

export function journal(t: TestContext): Journal {
  return openSqliteJournal(databasePath(t));
}

export function databasePath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "network-ipam-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "ipam.db");
}
