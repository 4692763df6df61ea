import type { OwnPlugin } from "./own-plugin.ts";

/** What a plugin chain made, in the form of CNI 1.0 whatever version the plugins speak. */
export interface CniResult {
  readonly interfaces: readonly CniInterface[];
  readonly ips: readonly CniIp[];
  readonly routes: readonly CniRoute[];
  readonly dns: CniDns;
}

export interface CniInterface {
  readonly name: string;
  readonly mac?: string | undefined;
  readonly mtu?: number | undefined;
  /** Path of the network namespace; absent or empty: the interface is on the host. */
  readonly sandbox?: string | undefined;
  /** 1.1: of a vhost-user interface. */
  readonly socketPath?: string | undefined;
  /** 1.1: of a device that was handed over. */
  readonly pciID?: string | undefined;
}

export interface CniIp {
  /** `10.244.0.5/24` */
  readonly address: string;
  readonly gateway?: string | undefined;
  /** Index into `interfaces`. */
  readonly interface?: number | undefined;
}

export interface CniRoute {
  readonly dst: string;
  readonly gw?: string | undefined;
  /** These and below: 1.1. */
  readonly mtu?: number | undefined;
  readonly advmss?: number | undefined;
  readonly priority?: number | undefined;
  readonly table?: number | undefined;
  readonly scope?: number | undefined;
}

export interface CniDns {
  readonly nameservers?: readonly string[] | undefined;
  readonly domain?: string | undefined;
  readonly search?: readonly string[] | undefined;
  readonly options?: readonly string[] | undefined;
}

/** One plugin's configuration as its author wrote it. */
export interface CniPlugin {
  readonly type: string;
  readonly capabilities?: Readonly<Record<string, boolean>> | undefined;
  readonly [key: string]: unknown;
}

/** A network: plugins that are called one after the other. */
export interface CniNetwork {
  /** CNI's name of the network; part of the name of its cached results. */
  readonly name: string;
  /** What is spoken with the plugins: `0.3.1` to `1.1.0`. */
  readonly cniVersion: string;
  /** Where its author offers several: the highest that all of its plugins speak is taken. */
  readonly offeredVersions?: readonly string[] | undefined;
  readonly plugins: readonly CniPlugin[];
  readonly disableCheck: boolean;
  readonly disableGC?: boolean | undefined;
}

/** One pod's interface in one network. */
export interface CniAttachment {
  readonly containerId: string;
  /** Empty when the namespace is gone (DEL only). */
  readonly netnsPath: string;
  readonly ifName: string;
  /** CNI_ARGS: `{ K8S_POD_NAME: "p" }`; `IgnoreUnknown=1` is added. */
  readonly args: Readonly<Record<string, string>>;
  /** By capability: handed to plugins that declare it, as `runtimeConfig`. */
  readonly capabilityArgs?: Readonly<Record<string, unknown>> | undefined;
}

export type CniCommand = "ADD" | "DEL" | "CHECK" | "GC" | "STATUS" | "VERSION";

/** Where plugins and results are, and how long a plugin may take. */
export interface CniRuntime {
  /** Folders with plugins, searched in this order. */
  readonly pluginPath: readonly string[];
  /** Plugins that are functions of ours, by type: called without a program. */
  readonly own?: ReadonlyMap<string, OwnPlugin> | undefined;
  /** Folder of cached results. */
  readonly resultsDir: string;
  readonly timeoutMs: number;
  /** Called before the plugins of a network are: what the machine has to be by then. */
  readonly beforeAdd?: ((network: CniNetwork) => void) | undefined;
}
