import { existsSync } from "node:fs";
import type { NodeFacts, UefiFirmware } from "@peapod/compute";

/** Where distributions put OVMF; the first pair that is there. Code without its variables is of no use. */
const plain: readonly UefiFirmware[] = [
  { codePath: "/usr/share/OVMF/OVMF_CODE_4M.fd", varsTemplatePath: "/usr/share/OVMF/OVMF_VARS_4M.fd" },
  { codePath: "/usr/share/OVMF/OVMF_CODE.fd", varsTemplatePath: "/usr/share/OVMF/OVMF_VARS.fd" },
  { codePath: "/usr/share/edk2/x64/OVMF_CODE.4m.fd", varsTemplatePath: "/usr/share/edk2/x64/OVMF_VARS.4m.fd" },
  { codePath: "/usr/share/edk2/ovmf/OVMF_CODE.fd", varsTemplatePath: "/usr/share/edk2/ovmf/OVMF_VARS.fd" },
  { codePath: "/usr/share/AAVMF/AAVMF_CODE.fd", varsTemplatePath: "/usr/share/AAVMF/AAVMF_VARS.fd" },
];

/** With system management mode and the usual vendors' keys. */
const secure: readonly UefiFirmware[] = [
  { codePath: "/usr/share/OVMF/OVMF_CODE_4M.ms.fd", varsTemplatePath: "/usr/share/OVMF/OVMF_VARS_4M.ms.fd" },
  { codePath: "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", varsTemplatePath: "/usr/share/OVMF/OVMF_VARS_4M.ms.fd" },
  {
    codePath: "/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd",
    varsTemplatePath: "/usr/share/edk2/ovmf/OVMF_VARS.secboot.fd",
  },
];

export async function findUefi(root = ""): Promise<Pick<NodeFacts, "uefi" | "uefiSecureBoot">> {
  const find = (pairs: readonly UefiFirmware[]) =>
    pairs.find(({ codePath, varsTemplatePath }) => existsSync(root + codePath) && existsSync(root + varsTemplatePath));
  return { uefi: find(plain), uefiSecureBoot: find(secure) };
}
