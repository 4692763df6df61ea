import { type Attachment, ensurePasst, findPasst, passtFiles } from "@peapod/network";
import { type Domain, nicDeviceId } from "@peapod/qemu";
import { announce, type Qmp, setLink } from "@peapod/qemu/node";
import type { Sandbox } from "../sandbox/types.ts";

/**
 * Starts the passt of each interface that has none. To a guest that runs, it is a cable pulled out and put in: the guest asks for its
 * address again. A passt knows its guest's MAC from no frame yet, and a busy guest may have missed that there was no cable for a
 * moment: QEMU tells.
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
    const device = nicDeviceId(attachment.name);
    for (const up of [false, true]) await setLink(qmp, device, up, { signal });
    await announce(qmp, device, { signal });
  }
}

/**
 * Names of interfaces that nobody speaks for. Each passt is looked for, so that one which died while nobody was connected is missed as
 * well.
 */
export async function unservedOf(attachments: readonly Attachment[], runDir: string): Promise<readonly string[]> {
  const served = attachments.filter(({ passtArguments }) => passtArguments);
  const pids = await Promise.all(served.map(({ podInterfaceName }) => findPasst(passtFiles(runDir, podInterfaceName))));
  return served.filter((_, index) => pids[index] === undefined).map(({ name }) => name);
}
