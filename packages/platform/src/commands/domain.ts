import { join } from "node:path";
import { VirtualMachineInstance } from "@peapod/api";
import { createClient } from "@peapod/machinery";
import { createHttpsFetch, loadKubeconfig, readJsonFile } from "@peapod/machinery/node";
import { type Domain, renderQemuArgs } from "@peapod/qemu";
import { openInstance } from "../instance/paths.ts";

/** `peapod domain NAME`: what the guest was started with, as data and as QEMU's command line. */
export async function domainCommand(config: {
  readonly dataDir: string;
  readonly namespace: string;
  readonly name: string;
}): Promise<string> {
  const paths = openInstance(config.dataDir);
  using https = createHttpsFetch(await loadKubeconfig({ path: paths.kubeconfig, env: {} }));
  const client = createClient({ fetch: https.fetch });
  const vmi = await client.get(VirtualMachineInstance, { namespace: config.namespace, name: config.name });
  const domain = (await readJsonFile(join(paths.guests, vmi.metadata.uid ?? "", "domain.json"))) as Domain | undefined; // written by the agent, whole or not at all
  if (!domain) {
    throw Object.assign(new Error(`Cannot show the domain of "${config.name}": it was not started on this machine`), {
      advice: `peapod why ${config.name}`,
    });
  }
  const argv = ["qemu-system-x86_64", ...renderQemuArgs(domain, { now: new Date() })].map(quote);
  return `${JSON.stringify(domain, undefined, 2)}\n\n${argv.join(" ")}`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
