import type { CloudInitSource } from "../../kinds/kubevirt/cloud-init.ts";
import type { Problem } from "../../problem.ts";
import { matchesFormat } from "../../structural/formats.ts";
import { cause } from "./cause.ts";

const maxBytes = 2048;

/** User data and network data: each from one source at most, small when they are inline, and at least one of the two. */
export function validateCloudInit(source: CloudInitSource, path: string, type: string): Problem[] {
  const user = readData(source.userData, source.userDataBase64, source.secretRef?.name);
  const network = readData(source.networkData, source.networkDataBase64, source.networkDataSecretRef?.name);
  const problems: Problem[] = [];
  const complain = (data: Data, field: string, words: { readonly many: string; readonly large: string }) => {
    if (!data.isBase64) {
      const at = `${path}.${field}Base64`;
      problems.push(cause(at, `${at}.${type}.${field}Base64 is not a valid base64 value.`));
    }
    if (data.sources > 1) problems.push(cause(path, `${path} must have only one ${words.many} set.`));
    if (data.bytes > maxBytes) problems.push(cause(path, `${path} ${words.large}`));
  };
  complain(user, "userData", {
    many: "userdatasource",
    large: `userdata exceeds ${maxBytes} byte limit. Should use UserDataSecretRef for larger data.`,
  });
  complain(network, "networkData", {
    many: "networkdata source",
    large: `networkdata exceeds ${maxBytes} byte limit. Should use NetworkDataSecretRef for larger data.`,
  });
  if (user.sources === 0 && network.sources === 0) {
    problems.push(cause(path, `${path} must have at least one userdatasource or one networkdatasource set.`));
  }
  return problems;
}

interface Data {
  readonly sources: number;
  /** Of the inline data, once decoded. */
  readonly bytes: number;
  readonly isBase64: boolean;
}

function readData(text: string | undefined, base64: string | undefined, secret: string | undefined): Data {
  const isBase64 = !base64 || matchesFormat("byte", base64.replace(/[\r\n]/g, ""));
  return {
    sources: [text, base64, secret].filter((source) => source).length,
    bytes: text ? utf8Length(text) : base64 && isBase64 ? decodedLength(base64) : 0,
    isBase64,
  };
}

function decodedLength(base64: string): number {
  const digits = base64.replace(/[\r\n=]/g, "").length;
  return Math.floor((digits * 3) / 4);
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
