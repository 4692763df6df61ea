import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { type ExecCredential, runCredentialPlugin } from "./exec-credential.ts";
import type { HttpsFetchOptions } from "./https-fetch.ts";
import { type Kubeconfig, type KubeconfigCluster, type KubeconfigUser, readKubeconfigs } from "./kubeconfig-file.ts";

/** All that `createHttpsFetch` and `createHttpsConnect` need, and the namespace to work in. */
export interface ClusterAccess extends HttpsFetchOptions {
  readonly namespace: string;
}

export interface KubeconfigOptions {
  /** As `--kubeconfig`: this file and no other. */
  readonly path?: string | undefined;
  /** `KUBECONFIG`, `HOME` and, inside a cluster, `KUBERNETES_SERVICE_HOST`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Files to try when there is neither a kubeconfig nor a cluster around us. */
  readonly fallbacks?: readonly string[] | undefined;
  /** What kubectl's flags say; each wins over the file. */
  readonly overrides?: KubeconfigOverrides | undefined;
}

export interface KubeconfigOverrides {
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly namespace?: string | undefined;
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly certificateAuthority?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
  readonly tlsServerName?: string | undefined;
  readonly as?: string | undefined;
  readonly asUid?: string | undefined;
  readonly asGroups?: readonly string[] | undefined;
}

/**
 * Finds out how to reach the cluster, as kubectl does: flags, then `--kubeconfig` or `$KUBECONFIG` (a list) or `~/.kube/config`,
 * then the service account of the pod that we run in.
 *
 * @throws {Error} in kubectl's words, when something is named that does not exist or nothing is configured
 */
export async function loadKubeconfig(options: KubeconfigOptions): Promise<ClusterAccess> {
  const { env, overrides = {} } = options;
  const config = await findConfig(options);
  if (config === undefined && overrides.server === undefined) {
    const inside = await insideCluster(env, overrides);
    if (inside !== undefined) return inside;
    throw new Error(
      "invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable",
    );
  }
  const contextName = overrides.context ?? config?.currentContext;
  const context = contextName === undefined ? {} : required(config?.contexts, contextName, "context");
  const clusterName = overrides.cluster ?? context.cluster;
  const cluster = clusterName === undefined ? {} : required(config?.clusters, clusterName, "cluster");
  const userName = overrides.user ?? context.user;
  const user = userName === undefined ? {} : required(config?.users, userName, "auth info");
  const server = overrides.server ?? cluster.server ?? env["KUBERNETES_MASTER"];
  if (!server) throw new Error("invalid configuration: no server has been provided: set --server, or name a context");
  return {
    server: /^https?:\/\//.test(server) ? server : `http://${server}`,
    namespace: overrides.namespace || context.namespace || "default",
    ...(await tlsOf(cluster, overrides)),
    ...(await credentialsOf(user, overrides)),
  };
}

async function findConfig({ path, env, fallbacks = [] }: KubeconfigOptions): Promise<Kubeconfig | undefined> {
  if (path) return readKubeconfigs([path], { mayBeMissing: false });
  const listed = (env["KUBECONFIG"] ?? "").split(delimiter).filter((name) => name !== "");
  if (listed.length > 0) return readKubeconfigs(listed, { mayBeMissing: true });
  const home = env["HOME"] ? [join(env["HOME"], ".kube", "config")] : [];
  const atHome = await readKubeconfigs(home, { mayBeMissing: true });
  if (atHome !== undefined || env["KUBERNETES_SERVICE_HOST"]) return atHome;
  for (const fallback of fallbacks) {
    const found = await readKubeconfigs([fallback], { mayBeMissing: true }).catch(() => undefined); // root's, and we are not root
    if (found !== undefined) return found;
  }
  return undefined;
}

function required<T>(entries: ReadonlyMap<string, T> | undefined, name: string, what: string): T {
  const entry = entries?.get(name);
  if (entry === undefined) throw new Error(`${what} "${name}" does not exist`);
  return entry;
}

async function tlsOf(cluster: KubeconfigCluster, overrides: KubeconfigOverrides): Promise<Partial<ClusterAccess>> {
  const insecure = overrides.insecureSkipTlsVerify ?? cluster["insecure-skip-tls-verify"] ?? false;
  const ca = overrides.certificateAuthority
    ? await readPem(overrides.certificateAuthority)
    : (fromBase64(cluster["certificate-authority-data"]) ?? (await readPem(cluster["certificate-authority"])));
  return { ca: insecure ? undefined : ca, insecure, serverName: overrides.tlsServerName ?? cluster["tls-server-name"] };
}

async function credentialsOf(user: KubeconfigUser, overrides: KubeconfigOverrides): Promise<Partial<ClusterAccess>> {
  const plugin = user.exec && (await credentialSource(user.exec));
  const cert = overrides.clientCertificate
    ? await readPem(overrides.clientCertificate)
    : (fromBase64(user["client-certificate-data"]) ??
      (await readPem(user["client-certificate"])) ??
      plugin?.first.cert);
  const key = overrides.clientKey
    ? await readPem(overrides.clientKey)
    : (fromBase64(user["client-key-data"]) ?? (await readPem(user["client-key"])) ?? plugin?.first.key);
  const { tokenFile } = user;
  const token =
    overrides.token ??
    (tokenFile ? async () => (await readFile(tokenFile, "utf8")).trim() : user.token) ??
    (plugin?.first.token === undefined ? undefined : plugin.token);
  return { cert, key, token, headers: headersOf(user, overrides) };
}

/** The plugin is asked again when what it gave has expired. */
async function credentialSource(exec: NonNullable<KubeconfigUser["exec"]>) {
  let last: ExecCredential = await runCredentialPlugin(exec);
  return {
    first: last,
    token: async () => {
      if (last.expiresAt !== undefined && last.expiresAt.getTime() <= Date.now())
        last = await runCredentialPlugin(exec);
      return last.token;
    },
  };
}

function headersOf(user: KubeconfigUser, overrides: KubeconfigOverrides): Record<string, string | string[]> {
  const as = overrides.as ?? user.as;
  const uid = overrides.asUid ?? user["as-uid"];
  const groups = overrides.asGroups ?? user["as-groups"] ?? [];
  const username = overrides.username ?? user.username;
  const password = overrides.password ?? user.password ?? "";
  return {
    ...(as && { "Impersonate-User": as }),
    ...(uid && { "Impersonate-Uid": uid }),
    ...(groups.length > 0 && { "Impersonate-Group": [...groups] }),
    ...(username && { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` }),
  };
}

const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

async function insideCluster(
  env: KubeconfigOptions["env"],
  overrides: KubeconfigOverrides,
): Promise<ClusterAccess | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443" } = env;
  if (!host) return undefined;
  const namespace = await readFile(join(accountFolder, "namespace"), "utf8").catch(() => "default");
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    namespace: overrides.namespace || namespace.trim(),
    ca: await readPem(join(accountFolder, "ca.crt")),
    token: async () => (await readFile(join(accountFolder, "token"), "utf8")).trim(), // it is renewed under us
  };
}

function fromBase64(data: string | undefined): string | undefined {
  return data ? Buffer.from(data, "base64").toString("utf8") : undefined;
}

async function readPem(path: string | undefined): Promise<string | undefined> {
  return path ? readFile(path, "utf8") : undefined;
}
