/** `docs/controllers.md`, from what the controllers declare of themselves. */
import type { Kind } from "@peapod/api";
import {
  createNodeLifecycle,
  createPodGarbageCollector,
  createScheduler,
  createServiceEndpoints,
} from "@peapod/apiserver";
import { createComputeControllers } from "@peapod/compute";
import type { AnyController } from "@peapod/machinery";
import {
  coordinatorController,
  createAddressController,
  createEndpointController,
  createIpamSettingsController,
  createIpPoolController,
  createServicesController,
  multusConfigController,
} from "@peapod/network";
import { createGuestsController } from "../packages/node/src/guests/index.ts";
import { createPodsController } from "../packages/node/src/pods/index.ts";

interface Row {
  readonly process: "control plane" | "agent";
  readonly folder: string;
  readonly controller: AnyController;
}

export function renderControllers(): string {
  const lines = rows().map(({ process, folder, controller }) => {
    const { name, reads, writes, watches = [], wakeUps, fieldSelectors = [] } = controller;
    const own = fieldSelectors.map(({ kind, selector }) => `${kind.kind} where \`${selector}\``);
    const cells = [
      `[${name}](../${folder}/index.ts)`,
      process,
      controller.for.kind,
      names(reads.filter((kind) => kind !== controller.for)),
      [names(watches.map(({ kind }) => kind)), ...(wakeUps ? ["the machine"] : [])].filter(Boolean).join(", "),
      writes.map(({ kind, verbs }) => `${kind.kind}: ${verbs.join(", ")}`).join("; "),
      own.join("; "),
    ];
    return `| ${cells.map((cell) => cell || "–").join(" | ")} |`;
  });
  return `${[...introduction, ...lines].join("\n")}\n`;
}

/** What is declared needs nothing of what a controller acts with, so none of that is opened here. */
function rows(): readonly Row[] {
  const agent = { nodeName: "NODE" } as never;
  return [
    ...createComputeControllers({ version: "v0", architecture: "amd64" }).map(
      (controller): Row => ({
        process: "control plane",
        folder: `packages/compute/src/controllers/${controller.name}`,
        controller,
      }),
    ),
    ...[createScheduler(), createNodeLifecycle(new Date(0)), createPodGarbageCollector(), createServiceEndpoints()].map(
      (controller: AnyController): Row => ({
        process: "control plane",
        folder: `packages/apiserver/src/${controller.name}`,
        controller,
      }),
    ),
    ...[multusConfigController, coordinatorController].map(
      (controller: AnyController): Row => ({
        process: "control plane",
        folder: `packages/network/src/controllers/${controller.name}`,
        controller,
      }),
    ),
    { process: "agent", folder: "packages/node/src/pods", controller: createPodsController(agent) },
    { process: "agent", folder: "packages/network/src/services", controller: createServicesController(agent) },
    { process: "agent", folder: "packages/node/src/guests", controller: createGuestsController(agent) },
    ...[
      createAddressController(agent),
      createIpPoolController(agent),
      createEndpointController(agent),
      createIpamSettingsController(agent),
    ].map(
      (controller: AnyController): Row => ({
        process: "agent",
        folder: `packages/network/src/controllers/${controller.name}`,
        controller,
      }),
    ),
  ];
}

function names(kinds: readonly Kind[]): string {
  return [...new Set(kinds.map(({ kind }) => kind))].join(", ");
}

const introduction = [
  "# Controllers",
  "",
  "Made by `tools/render-controllers.ts` from what each controller declares. The runtime holds it to that",
  "(`packages/machinery/src/controller/guarded-client.ts`, `packages/machinery/src/controller/controller-cache.ts`): a controller that",
  "reads or writes anything else throws. Each also records Events. *Woken by* is beside its own kind; *the machine* means what is no API",
  "object: QMP events, finished pulls, what a restart finds on disk.",
  "",
  "| controller | process | for | reads beside | woken by | writes | sees only |",
  "| --- | --- | --- | --- | --- | --- | --- |",
];
