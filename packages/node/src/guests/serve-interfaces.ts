import { type Attachment, ensurePasst, findPasst, passtFiles } from "@peapod/network";
import { type Domain, nicDeviceId } from "@peapod/qemu";
import { type Qmp, setLink } from "@peapod/qemu/node";
import type { Sandbox } from "../sandbox/types.ts";

/**
 * Starts the passt of each interface that has none. To a guest that runs, it is a cable pulled out and put in: the guest asks for its
 * address again, and a passt that knows its guest's MAC from no frame yet learns it.
 */
export async function serveInterfaces(
  attachments: readonly Attachment[],
  { netnsPath, runDir, cgroupPaths, uid, gid }: Sandbox,
  { qmp, domain }: { readonly qmp: Qmp; readonly domain: Domain },
  signal: AbortSignal,
): Promise<void> {
  for (const attachment of attachments) {
    if (!attachment.passtArguments) continue;
    if ((await findPasst(passtFiles(runDir, attachment.podInterfaceName))) !== undefined) continue;
    await ensurePasst(attachment, { netnsPath, runDir, cgroupPaths, uid, gid, signal });
    if (!domain.nics.some(({ name, linkUp }) => name === attachment.name && linkUp)) continue;
    for (const up of [false, true]) await setLink(qmp, nicDeviceId(attachment.name), up, { signal });
  }
}
