import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { dayMs, ensureKey, ensureKeyPair, type KeyPair } from "./key-pair.ts";

/** Everything that proves who is who inside of one instance. All values are PEM. */
export interface Pki {
  /** The certificate that signs all others; clients and servers of the instance trust it alone. */
  readonly ca: string;
  /** What the API server listens with. */
  readonly serving: KeyPair;
  /** User `kubernetes-admin` of group `system:masters`. */
  readonly admin: KeyPair;
  /** User and group `peapod:gateway`: how the control plane calls agents. */
  readonly gateway: KeyPair;
  /** Signs the tokens of service accounts. */
  readonly serviceAccountKey: string;
  /** An agent's certificates: as a client of the API, and to serve what the kubelet serves. */
  readonly ensureNode: (name: string, names?: readonly string[]) => Promise<NodePki>;
}

export interface NodePki {
  /** User `system:node:NAME` of group `system:nodes`. */
  readonly client: KeyPair;
  readonly serving: KeyPair;
}

export interface PkiOptions {
  readonly now?: Date;
  /** DNS names and addresses beside the usual ones under which the API server is reached. */
  readonly names?: readonly string[];
}

/** Under these every API server is reached; the service's are for clients inside of guests. */
const usualNames = [
  "localhost",
  "127.0.0.1",
  "::1",
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
];

const year = 365 * dayMs;
const leaf = { lifeMs: year, spareMs: 90 * dayMs };

/**
 * Makes the keys and certificates of an instance, or finds those of an earlier start and renews what is about to expire; so it may
 * be called again and again. The authority keeps its key when it is renewed: what it signed stays valid.
 *
 * @param folder  `D/pki`; made with mode 0700 if it is not there
 */
export async function ensurePki(folder: string, { now = new Date(), names = [] }: PkiOptions = {}): Promise<Pki> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const at = (name: string) => join(folder, name);
  const authority = await ensureKeyPair(
    at("ca"),
    { commonName: "peapod-ca", usage: "authority" },
    { now, lifeMs: 10 * year, spareMs: 2 * year },
  );
  const issue = (name: string, wanted: Parameters<typeof ensureKeyPair>[1]) =>
    ensureKeyPair(at(name), wanted, { now, authority, ...leaf });
  const [serving, admin, gateway, serviceAccountKey] = await Promise.all([
    issue("apiserver", {
      commonName: "kube-apiserver",
      names: [...new Set([...usualNames, hostname(), ...names.filter(isReachable)])],
      usage: "server",
    }),
    issue("admin", { commonName: "kubernetes-admin", organizations: ["system:masters"], usage: "client" }),
    issue("gateway", { commonName: "peapod:gateway", organizations: ["peapod:gateway"], usage: "client" }),
    ensureKey(at("service-account")),
  ]);
  return {
    ca: authority.cert,
    serving,
    admin,
    gateway,
    serviceAccountKey,
    ensureNode: async (name, reached = []) => {
      const [client, kubelet] = await Promise.all([
        issue(`node-${name}`, { commonName: `system:node:${name}`, organizations: ["system:nodes"], usage: "client" }),
        issue(`kubelet-${name}`, {
          commonName: `system:node:${name}`,
          organizations: ["system:nodes"],
          names: [...new Set(["localhost", "127.0.0.1", "::1", name, ...reached.filter(isReachable)])],
          usage: "server",
        }),
      ]);
      return { client, serving: kubelet };
    },
  };
}

/** Listening on all addresses is no name to be reached by. */
function isReachable(name: string): boolean {
  return name !== "" && name !== "0.0.0.0" && name !== "::";
}
