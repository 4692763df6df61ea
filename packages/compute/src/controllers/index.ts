import type { AnyController } from "@peapod/machinery";
import { createKubevirtController } from "./kubevirt/index.ts";
import { nodeHealthController } from "./node-health/index.ts";
import { virtualMachineController } from "./virtual-machine/index.ts";
import { createInstanceController } from "./virtual-machine-instance/index.ts";

export interface ComputeOptions {
  /** Of Peapod, with a leading `v`. */
  readonly version: string;
  /** What guests get whose manifest names none. */
  readonly architecture: "amd64" | "arm64";
  /** Image of the launcher pods' compute container; in standalone it names what runs there, and nothing is pulled. */
  readonly launcherImage?: string | undefined;
}

/** The cluster half: all controllers of this room. */
export function createComputeControllers(options: ComputeOptions): readonly AnyController[] {
  const launcherImage = options.launcherImage ?? `peapod-launcher:${options.version}`;
  return [
    createKubevirtController(options),
    virtualMachineController,
    createInstanceController({ launcherImage }),
    nodeHealthController,
  ];
}

/** The component that Events of each controller come from, as upstream's programs and people know it. */
export const eventComponents: { readonly [controllerName: string]: string } = {
  kubevirt: "virt-operator",
  "virtual-machine": "virtualmachine-controller",
  "virtual-machine-instance": "virtualmachine-controller",
  "node-health": "node-controller",
};
