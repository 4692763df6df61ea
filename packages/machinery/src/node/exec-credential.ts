import type { ExecPlugin } from "./kubeconfig-file.ts";
import { ProgramError } from "./program-error.ts";
import { run } from "./run.ts";

/** What a credential plugin answered. */
export interface ExecCredential {
  readonly token: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Undefined: good for as long as the process lives. */
  readonly expiresAt: Date | undefined;
}

/**
 * Runs a kubeconfig's credential plugin.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export async function runCredentialPlugin(plugin: ExecPlugin): Promise<ExecCredential> {
  const apiVersion = plugin.apiVersion ?? "client.authentication.k8s.io/v1";
  const info = { apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  const env = Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value]));
  let answer: string;
  try {
    const argv = [plugin.command, ...(plugin.args ?? [])];
    ({ stdout: answer } = await run(argv, { env: { ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) } }));
  } catch (cause) {
    const isMissing = cause instanceof ProgramError && cause.code === "ENOENT";
    const hint = isMissing && plugin.installHint ? `\n\n${plugin.installHint}` : "";
    throw new Error(`getting credentials: exec: executable ${plugin.command} failed${hint}`, { cause });
  }
  const { status } = parse(answer, plugin.command);
  return {
    token: status?.token,
    cert: status?.clientCertificateData,
    key: status?.clientKeyData,
    expiresAt: status?.expirationTimestamp === undefined ? undefined : new Date(status.expirationTimestamp),
  };
}

interface Answer {
  readonly status?: {
    readonly token?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    readonly expirationTimestamp?: string;
  };
}

function parse(text: string, command: string): Answer {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`getting credentials: ${command} did not answer with an ExecCredential`, { cause });
  }
}
