import type { Access } from "../commands/command.ts";

export type Owner = "virtualmachines" | "virtualmachineinstances";

/** `/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachines/web/start` */
export function subresourcePath(namespace: string, owner: Owner, name: string, subresource: string): string {
  const object = [namespace, owner, name].map(encodeURIComponent);
  return `/apis/subresources.kubevirt.io/v1/namespaces/${object.join("/")}/${subresource}`;
}

/** Gives an order. @throws {ApiError} in the server's words */
export async function putSubresource(
  access: Access,
  owner: Owner,
  name: string,
  subresource: string,
  body: unknown,
  signal: AbortSignal,
): Promise<void> {
  const path = subresourcePath(access.namespace, owner, name, subresource);
  await access.client.request("PUT", path, { body, signal });
}
