import { ConfigMap, type Kind, type KubeObject, Namespace, NetworkAttachmentDefinition } from "@peapod/api";
import { type Client, isAlreadyExists } from "@peapod/machinery";
import { renderDefaultNetwork, renderSettings } from "@peapod/network/cluster";

/** What an instance has from its first start. Made if absent; what people change about it stays changed. */
export async function ensureFirstObjects(client: Client, signal: AbortSignal): Promise<void> {
  await ensure(client, Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: "kubevirt" } }, signal);
  await ensure(client, NetworkAttachmentDefinition, renderDefaultNetwork(), signal);
  await ensure(client, ConfigMap, renderSettings(), signal);
}

async function ensure<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  object: T,
  signal: AbortSignal,
): Promise<void> {
  const key = { namespace: object.metadata.namespace, name: object.metadata.name ?? "" };
  if (await client.find(kind, key, { signal })) return;
  try {
    await client.create(kind, object, { signal, fieldManager: "peapod" });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}
