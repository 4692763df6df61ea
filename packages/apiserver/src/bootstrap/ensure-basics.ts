import {
  ClusterRole,
  ClusterRoleBinding,
  CustomResourceDefinition,
  deepEqual,
  type Kind,
  type KubeObject,
  Namespace,
} from "@peapod/api";
import { type Client, type ClientFetch, createClient, isAlreadyExists, isConflict } from "@peapod/machinery";
import { basicRoles } from "./roles.ts";

/** Namespaces there always are. */
const namespaces = ["default", "kube-system", "kube-public", "kube-node-lease", "peapod-system"];

/** Makes what every cluster has from its first moment: namespaces, default roles, and the definitions that are ours. */
export async function ensureBasics(fetch: ClientFetch, crds: readonly CustomResourceDefinition[]): Promise<void> {
  const client = createClient({ fetch });
  await Promise.all(namespaces.map((name) => ensure(client, Namespace, named(Namespace, name))));
  const { roles, bindings } = basicRoles();
  await Promise.all([
    ...roles.map((role) => ensure(client, ClusterRole, role)),
    ...bindings.map((binding) => ensure(client, ClusterRoleBinding, binding)),
    ...crds.map((crd) => ensureDefinition(client, crd)),
  ]);
}

/** Makes an object unless there is one of that name, whatever it says: its owner may have changed it. */
async function ensure<T extends KubeObject>(client: Client, kind: Kind<T>, object: T): Promise<void> {
  const { name = "" } = object.metadata;
  if (await client.find(kind, { name })) return;
  try {
    await client.create(kind, object, { fieldManager });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

/** Our own definitions are part of the program: an older one in the store is replaced. */
async function ensureDefinition(client: Client, wanted: CustomResourceDefinition): Promise<void> {
  const { name = "" } = wanted.metadata;
  for (;;) {
    const found = await client.find(CustomResourceDefinition, { name });
    if (!found) return await ensure(client, CustomResourceDefinition, wanted);
    if (deepEqual(found.spec.versions, wanted.spec.versions)) return;
    try {
      await client.update(CustomResourceDefinition, { ...found, spec: wanted.spec }, { fieldManager });
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}

const fieldManager = "peapod";

function named<T extends KubeObject>(kind: Kind<T>, name: string): T {
  // A namespace needs nothing but its name.
  return { apiVersion: kind.version, kind: kind.kind, metadata: { name } } as T;
}
