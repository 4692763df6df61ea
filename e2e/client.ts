import { type Client, createClient } from "@peapod/machinery";
import { createHttpsFetch, loadKubeconfig } from "@peapod/machinery/node";

/** A client as any outside program has one: over TLS, by a kubeconfig. */
export async function connectKubeconfig(path: string): Promise<Client> {
  return createClient({ fetch: createHttpsFetch(await loadKubeconfig({ path, env: {} })).fetch });
}
