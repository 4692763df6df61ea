import type { Effects } from "@peapod/machinery";
import { run } from "@peapod/machinery/node";
import { applyBatch } from "../link/namespace.ts";
import type { HealthServers } from "./health/server.ts";
import type { Installed, Step } from "./plan.ts";
import { parseFlows, staleFlows } from "./render/flows.ts";
import { serviceRoute } from "./route.ts";

const timeoutMs = 20_000;

/** What this process knows of the kernel's rules; it begins with nothing. */
export interface ServiceState {
  installed: Installed | undefined;
  readonly health: HealthServers;
}

export function serviceEffects(state: ServiceState): Effects<Step> {
  return {
    async applyRules({ nft, table }, { signal }) {
      // If this fails, it is not known any more what is there.
      state.installed = undefined;
      await applyBatch(undefined, { nft }, signal);
      state.installed = { table, isSwept: false };
    },
    async addRoute({ network, device }, { signal }) {
      await run(["ip", "route", "replace", ...serviceRoute(network, device)], { signal, timeoutMs });
    },
    async answerHealth({ checks }) {
      await state.health.serve(checks);
    },
    async forgetFlows({ ports }, { signal }) {
      const argv = ["conntrack", "-L", "-p", "udp"];
      const { stdout } = await run(argv, { signal, timeoutMs, maxOutputBytes: 64 * 1024 * 1024 });
      for (const { source, destination, sourcePort, port } of staleFlows(parseFlows(stdout), ports)) {
        const flow = ["-s", source, "-d", destination, "--sport", sourcePort, "--dport", port];
        // One that ended by itself meanwhile is as good.
        await run(["conntrack", "-D", "-p", "udp", ...flow], { signal, timeoutMs }).catch(() => {});
        signal.throwIfAborted();
      }
      if (state.installed) state.installed = { ...state.installed, isSwept: true };
    },
  };
}
