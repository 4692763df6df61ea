import type { Secret } from "@peapod/api";

/**
 * Credentials of several pull secrets as one `config.json`. Earlier ones win where two name the same registry. Both forms of secrets are
 * read: `.dockerconfigjson` and the older `.dockercfg`.
 *
 * @returns undefined where there are none
 */
export function mergeDockerConfigs(secrets: readonly Secret[]): string | undefined {
  const auths: Record<string, unknown> = {};
  for (const secret of secrets.toReversed()) {
    const config = decode(secret, ".dockerconfigjson");
    Object.assign(auths, isRecord(config?.["auths"]) ? config["auths"] : {}, decode(secret, ".dockercfg"));
  }
  return Object.keys(auths).length === 0 ? undefined : JSON.stringify({ auths });
}

function decode({ data }: Secret, key: string): Record<string, unknown> | undefined {
  const text = data?.[key];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64").toString("utf8"));
    return isRecord(value) ? value : undefined;
  } catch {
    // Not JSON: the registry will say that credentials are missing.
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
