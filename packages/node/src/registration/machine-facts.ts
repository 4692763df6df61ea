import { readFile, statfs } from "node:fs/promises";
import { arch, availableParallelism, freemem, hostname, networkInterfaces, release, totalmem } from "node:os";
import { readBootId } from "@peapod/machinery/node";
import type { MachineFacts } from "./render/node.ts";

/** What only the agent knows of its machine. */
export type GivenFacts = Pick<
  MachineFacts,
  "nodeName" | "qemuVersion" | "peapodVersion" | "agentPort" | "podCidr" | "acceleration"
> & { readonly dataDir: string; readonly ownLinkPrefix: string };

export async function observeMachine(given: GivenFacts): Promise<MachineFacts> {
  const { dataDir, ownLinkPrefix, ...facts } = given;
  const disk = await statfs(dataDir);
  return {
    ...facts,
    hostname: hostname(),
    addresses: ipv4Addresses(ownLinkPrefix),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    memoryFreeBytes: freemem(),
    diskBytes: disk.blocks * disk.bsize,
    diskFreeBytes: disk.bavail * disk.bsize,
    architecture: arch() === "x64" ? "amd64" : arch(),
    bootId: readBootId(),
    machineId: await readFirstLine("/etc/machine-id"),
    kernelVersion: release(),
    osImage: await readOsImage(),
  };
}

/** The pod bridge of any instance: another one's goes when that one does. */
const podBridge = /^pp[0-9a-f]{6}br$/;

/** Addresses of the machine itself, not of pod bridges; where there is none (a test's namespace), loopback. */
export function ipv4Addresses(ownLinkPrefix: string): readonly string[] {
  const found = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    name.startsWith(ownLinkPrefix) || podBridge.test(name)
      ? []
      : (addresses ?? []).filter(({ family, internal }) => family === "IPv4" && !internal),
  );
  return found.length > 0 ? found.map(({ address }) => address) : ["127.0.0.1"];
}

async function readOsImage(): Promise<string> {
  const text = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1] ?? "Linux";
}

async function readFirstLine(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.split("\n")[0] ?? "";
}
