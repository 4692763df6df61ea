import { ProgramError, run } from "@peapod/machinery/node";
import { hostNames, isMadeName } from "../render/host-names.ts";
import { serviceRoute } from "../services/route.ts";
import { serviceNetwork } from "../services/service-network.ts";
import { leaveMachine } from "./claim.ts";
import { listForwardRules, removeForwardRule } from "./forward-rules.ts";
import { observeMachine } from "./machine.ts";

const timeoutMs = 20_000;

/**
 * Takes away what an instance has on the machine beside its pods: its links, its nft tables, and its place among the instances. To
 * be called when no pod is left. Does everything it can before it reports what failed; what is not there counts as done.
 *
 * @throws {AggregateError} of all that failed
 */
export async function removeNodeNetwork(options: {
  readonly instance: string;
  readonly registryPath: string;
}): Promise<void> {
  const { instance, registryPath } = options;
  const { prefix, nftTable } = hostNames(instance);
  const failures: unknown[] = [];
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => failures.push(error));
  };
  await attempt(async () => {
    const { links } = await observeMachine();
    for (const { name, kind, alternativeNames } of links) {
      const ours = [name, ...alternativeNames].filter((text) => text.startsWith(prefix));
      if (ours.length === 0) continue;
      // A bridge whose name users chose may have got ports of theirs meanwhile: then it is theirs, too. Another instance may use it.
      const isUsed = kind === "bridge" && links.some(({ master }) => master === name);
      const isShared = alternativeNames.some((text) => isMadeName(text) && !text.startsWith(prefix));
      const isTheirs = !name.startsWith(prefix) && (isUsed || isShared);
      const disown = ours.flatMap((text) => ["altname", text]);
      const words = isTheirs ? ["property", "del", "dev", name, ...disown] : ["delete", name];
      await attempt(() => run(["ip", "link", ...words], { timeoutMs }).catch(unlessGone));
    }
  });
  await attempt(async () => {
    for (const { family, name } of await listNftTables()) {
      if (name !== nftTable && !name.startsWith(`${nftTable}_`)) continue;
      await attempt(() => run(["nft", "delete", "table", family, name], { timeoutMs }));
    }
  });
  await attempt(async () => {
    for (const rule of await listForwardRules(prefix)) await attempt(() => removeForwardRule(rule));
  });
  // Another instance that needs it too makes it again at its next look.
  await attempt(() =>
    run(["ip", "route", "delete", ...serviceRoute(serviceNetwork, "lo")], { timeoutMs }).catch(unlessGone),
  );
  await attempt(async () => leaveMachine(registryPath, instance, await observeMachine()));
  if (failures.length > 0) throw new AggregateError(failures, "Cannot remove all of this node's network");
}

/** All nft tables of our network namespace. */
export async function listNftTables(): Promise<readonly { readonly family: string; readonly name: string }[]> {
  const { stdout } = await run(["nft", "-j", "list", "tables"], { timeoutMs, maxOutputBytes: 1024 * 1024 });
  const { nftables = [] } = JSON.parse(stdout) as { nftables?: { table?: { family: string; name: string } }[] };
  return nftables.flatMap(({ table }) => (table ? [{ family: table.family, name: table.name }] : []));
}

/** Takes for done what is not there: the other end of a pair goes with the first, a route with its device. */
function unlessGone(error: unknown): void {
  if (error instanceof ProgramError && /Cannot find device|No such process/.test(error.stderr)) return;
  throw error;
}
