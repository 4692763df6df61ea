import { chmod, chown, copyFile, rename, stat } from "node:fs/promises";

/** Gives a guest its own copy of the firmware's variables. One that is there already holds what the guest wrote, and stays. */
export async function copyVariables(
  template: string,
  path: string,
  owner: { readonly uid: number; readonly gid: number },
): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const temporary = `${path}.new`;
  await copyFile(template, temporary);
  await chmod(temporary, 0o600);
  await chown(temporary, owner.uid, owner.gid);
  await rename(temporary, path);
}
