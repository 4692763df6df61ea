import { createHash } from "node:crypto";
import { mkdirSync, realpathSync } from "node:fs";

/** Where one instance keeps what; every file and socket is explained in docs/runtime-files.md. */
export interface InstancePaths {
  /** Six hex digits of the data folder's hash: part of every name on the machine. */
  readonly instance: string;
  readonly dataDir: string;
  readonly runDir: string;
  readonly kubeconfig: string;
  readonly agentKubeconfig: string;
  readonly agentTls: string;
  readonly pki: string;
  readonly store: string;
  readonly images: string;
  readonly guests: string;
  readonly ipam: string;
  readonly cni: string;
  readonly logs: string;
  readonly lock: string;
  readonly agentSocket: string;
  /** Shared by all instances of the machine. */
  readonly machineRegistry: string;
}

/** Makes the data folder (0700: it holds keys and disks) if it is not there yet. */
export function openInstance(dataDir: string, runRoot = "/run/peapod"): InstancePaths {
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  return instancePaths(realpathSync(dataDir), runRoot);
}

export function instancePaths(dataDir: string, runRoot = "/run/peapod"): InstancePaths {
  const instance = createHash("sha256").update(dataDir).digest("hex").slice(0, 6);
  const runDir = `${runRoot}/${instance}`;
  return {
    instance,
    dataDir,
    runDir,
    kubeconfig: `${dataDir}/kubeconfig`,
    agentKubeconfig: `${dataDir}/pki/agent.kubeconfig`,
    agentTls: `${dataDir}/pki/agent-tls`,
    pki: `${dataDir}/pki`,
    store: `${dataDir}/apiserver`,
    images: `${dataDir}/images`,
    guests: `${dataDir}/guests`,
    ipam: `${dataDir}/ipam`,
    cni: `${dataDir}/cni`,
    logs: `${dataDir}/logs`,
    lock: `${dataDir}/lock`,
    agentSocket: `${runDir}/agent.sock`,
    machineRegistry: `${runRoot}/machine.json`,
  };
}
