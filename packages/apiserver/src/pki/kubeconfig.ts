import { formatYaml } from "@peapod/machinery";
import type { KeyPair } from "./key-pair.ts";

export interface KubeconfigOptions {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  /** A client certificate, or a bearer token. */
  readonly user: KeyPair | { readonly token: string };
  /** Name of the cluster, shown by `kubectl config`. */
  readonly name?: string;
  readonly userName?: string;
}

/** A kubeconfig with everything in it, so that it can be copied to another place. Write it with mode 0600. */
export function renderKubeconfig({ server, ca, user, name = "peapod", userName = "admin" }: KubeconfigOptions): string {
  const context = `${userName}@${name}`;
  return formatYaml({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": base64(ca) } }],
    users: [
      {
        name: userName,
        user:
          "token" in user
            ? { token: user.token }
            : { "client-certificate-data": base64(user.cert), "client-key-data": base64(user.key) },
      },
    ],
    contexts: [{ name: context, context: { cluster: name, user: userName } }],
    "current-context": context,
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
