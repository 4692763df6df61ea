import { type ClientFetch, createClient } from "@peapod/machinery";
import { createHttpsConnect, createHttpsFetch, loadKubeconfig } from "@peapod/machinery/node";
import type { Access, Program } from "../commands/command.ts";
import { type Flags, UsageError } from "../flags/parse-flags.ts";

/** Where `peapod up` puts its kubeconfig by default: `peapod` finds it without being told, `virtctl` asks as kubectl does. */
const ownKubeconfig = "/var/lib/peapod/kubeconfig";

/**
 * Reads the kubeconfig that flags and environment name.
 *
 * @throws {Error} in kubectl's words
 */
export async function connectCluster(
  program: Program,
  flags: Flags,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Access> {
  const groups = flags.list("as-group");
  const access = await loadKubeconfig({
    path: flags.text("kubeconfig"),
    env,
    fallbacks: program === "peapod" ? [ownKubeconfig] : [],
    overrides: {
      context: flags.given("context"),
      cluster: flags.given("cluster"),
      user: flags.given("user"),
      namespace: flags.given("namespace"),
      server: flags.given("server"),
      token: flags.given("token"),
      username: flags.given("username"),
      password: flags.given("password"),
      certificateAuthority: flags.given("certificate-authority"),
      clientCertificate: flags.given("client-certificate"),
      clientKey: flags.given("client-key"),
      ...(flags.has("insecure-skip-tls-verify") && { insecureSkipTlsVerify: flags.on("insecure-skip-tls-verify") }),
      tlsServerName: flags.given("tls-server-name"),
      as: flags.given("as"),
      asUid: flags.given("as-uid"),
      ...(groups.length > 0 && { asGroups: groups }),
    },
  });
  const https = createHttpsFetch(access);
  const fetch = withTimeout(https.fetch, parseDuration(flags.text("request-timeout")));
  return {
    server: access.server,
    namespace: access.namespace,
    client: createClient({ fetch, userAgent: program }),
    connect: createHttpsConnect(access),
    close: https.close,
  };
}

function withTimeout(fetch: ClientFetch, timeoutMs: number): ClientFetch {
  if (timeoutMs === 0) return fetch;
  return (request) =>
    fetch(new Request(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]) }));
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `0`, `30` (seconds), `1m30s`, in milliseconds. @throws {UsageError} */
export function parseDuration(text: string): number {
  if (/^[0-9]+$/.test(text)) return Number(text) * 1_000;
  if (!/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/.test(text)) {
    throw new UsageError(
      `invalid value for --request-timeout: ${text}; it has to be a number of seconds, or a time such as 1m30s`,
    );
  }
  const parts = text.matchAll(/([0-9.]+)(ms|s|m|h)/g);
  return [...parts].reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
}
