import { deepEqual, type EndpointSlice, type Service } from "@peapod/api";
import type { Plan } from "@peapod/machinery";
import { type BackedPort, backedPorts } from "./backed-port.ts";
import { type HealthCheck, healthChecks } from "./health/checks.ts";
import { renderTable, type ServiceTable, type TableOptions } from "./render/table.ts";
import { renderChange, renderWhole, type TableNames } from "./render/transaction.ts";

/** What this process last put into the kernel. */
export interface Installed {
  readonly table: ServiceTable;
  /** Whether flows to backends that went have been forgotten since. */
  readonly isSwept: boolean;
}

export interface Facts {
  readonly nodeName: string;
  readonly services: readonly { readonly service: Service; readonly slices: readonly EndpointSlice[] }[];
  readonly options: TableOptions;
  readonly names: TableNames;
  /** Undefined when nothing is known of it: a table that is there then is replaced. */
  readonly installed: Installed | undefined;
  readonly isTableThere: boolean;
  /** Without any route the kernel sends nothing to an address that only a rule knows. Undefined: nothing is missing. */
  readonly missingRoute: { readonly network: string; readonly device: string } | undefined;
  /** What load balancers are told now. */
  readonly health: readonly HealthCheck[];
}

export type Step =
  | { readonly do: "applyRules"; readonly nft: string; readonly table: ServiceTable }
  | { readonly do: "addRoute"; readonly network: string; readonly device: string }
  | { readonly do: "forgetFlows"; readonly ports: readonly BackedPort[] }
  | { readonly do: "answerHealth"; readonly checks: readonly HealthCheck[] };

/** Somebody may flush the machine's rules; nobody tells. */
const lookAgainInMs = 30_000;

/** Makes the node's rules lead services' addresses to who answers behind them: only what differs is said to the kernel. */
export function planServices(facts: Facts): Plan<Step> {
  const { nodeName, services, options, names, installed, isTableThere, missingRoute, health } = facts;
  const ports = services.flatMap(({ service, slices }) => backedPorts(service, slices, nodeName));
  const table = renderTable(ports, options);
  const isKnown = installed !== undefined && isTableThere;
  const nft = isKnown ? renderChange(installed.table, table, names) : renderWhole(table, names);
  const steps: Step[] = [];
  if (nft !== "") steps.push({ do: "applyRules", nft, table });
  if (missingRoute) steps.push({ do: "addRoute", ...missingRoute });
  const isSwept = isKnown && nft === "" && installed.isSwept;
  const udp = ports.filter(({ protocol }) => protocol === "udp");
  if (!isSwept && udp.length > 0) steps.push({ do: "forgetFlows", ports: udp });
  const checks = healthChecks(services, nodeName);
  if (!deepEqual(byPort(checks), byPort(health))) steps.push({ do: "answerHealth", checks });
  return { steps, lookAgainInMs };
}

function byPort(checks: readonly HealthCheck[]): readonly HealthCheck[] {
  return checks.toSorted((a, b) => a.port - b.port);
}
