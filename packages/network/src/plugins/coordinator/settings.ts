import { defaultRouteNicAnnotation, movedInterfacesAnnotations, type SpiderCoordinator } from "@peapod/api";
import type { OwnPluginCall } from "../../cni/own-plugin.ts";

/** What the coordinator does with a pod's interface: the chain's own configuration before the SpiderCoordinator's. */
export interface CoordinatorSettings {
  readonly mode: "auto" | "underlay" | "overlay" | "disabled";
  /** The pod's first interface, `eth0`. */
  readonly firstNic: string;
  /** Destinations that are reached through the node: pods, Services, and what else is asked for. */
  readonly hijack: readonly string[];
  readonly policyRoutes: readonly { readonly dst: string; readonly gw: string }[];
  readonly tunePodRoutes: boolean;
  /** Whose default route the pod has; undefined: the first interface's. */
  readonly defaultRouteNic: string | undefined;
  readonly macPrefix: string | undefined;
  /** The node's table of routes to pods. */
  readonly hostTable: number;
  /** Undefined: is left as it is. */
  readonly rpFilter: number | undefined;
  /** 0: is left as it is. */
  readonly txQueueLen: number;
  readonly vethLinkAddress: string | undefined;
  readonly vethMtu: number | undefined;
  /** Interfaces whose addresses move into a guest, which is reached by the wire: by a bridge, and by a macvtap. */
  readonly bridged: readonly string[];
  readonly macvtap: readonly string[];
}

export const defaultHostTable = 500;

/** @param annotations  the pod's */
export function readSettings(
  config: OwnPluginCall["config"],
  coordinator: SpiderCoordinator | undefined,
  annotations: Readonly<Record<string, string>>,
): CoordinatorSettings {
  const { spec = {}, status } = coordinator ?? {};
  const mode = textOf(config["mode"]) ?? spec.mode ?? "auto";
  const rpFilter = numberOf(config["podRPFilter"]) ?? spec.podRPFilter ?? 0;
  return {
    mode: mode === "underlay" || mode === "overlay" || mode === "auto" ? mode : "disabled",
    firstNic: textOf(config["podDefaultCniNic"]) ?? "eth0",
    hijack: [
      ...(textsOf(config["overlayPodCIDR"]) ?? status?.overlayPodCIDR ?? []),
      ...(textsOf(config["serviceCIDR"]) ?? status?.serviceCIDR ?? []),
      ...(textsOf(config["hijackCIDR"]) ?? spec.hijackCIDR ?? []),
    ],
    policyRoutes: routesOf(config["policyRoutes"]) ?? spec.policyRoutes ?? [],
    tunePodRoutes: booleanOf(config["tunePodRoutes"]) ?? spec.tunePodRoutes ?? true,
    defaultRouteNic:
      textOf(config["podDefaultRouteNic"]) ??
      textOf(annotations[defaultRouteNicAnnotation]) ??
      textOf(spec.podDefaultRouteNIC),
    macPrefix: textOf(config["podMACPrefix"]) ?? textOf(spec.podMACPrefix),
    hostTable: numberOf(config["hostRuleTable"]) ?? spec.hostRuleTable ?? defaultHostTable,
    rpFilter: rpFilter >= 0 ? rpFilter : undefined,
    txQueueLen: numberOf(config["txQueueLen"]) || (spec.txQueueLen ?? 0),
    vethLinkAddress: textOf(config["vethLinkAddress"]) ?? textOf(spec.vethLinkAddress),
    vethMtu: numberOf(config["vethMTU"]) ?? spec.vethMTU,
    bridged: annotations[movedInterfacesAnnotations.bridge]?.split(",") ?? [],
    macvtap: annotations[movedInterfacesAnnotations.macvtap]?.split(",") ?? [],
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function booleanOf(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

/** An empty list says nothing. */
function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;
}

function routesOf(value: unknown): CoordinatorSettings["policyRoutes"] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.map((route: { dst?: unknown; gw?: unknown }) => ({ dst: String(route?.dst), gw: String(route?.gw) }));
}
