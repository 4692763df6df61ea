import { load } from "js-yaml";
import type { IpFamily } from "../../address/ip.ts";
import type { AdmissionReview } from "../../admission.ts";
import { isRecord } from "../../deep-equal.ts";
import { ConfigMap } from "../../kinds/core/config-map.ts";
import { forbidden, type Problem } from "../../problem.ts";

/** Where Spiderpool's settings are, and the key that has them, as YAML. */
export const spiderpoolSettings = { namespace: "kube-system", name: "spiderpool-conf", key: "conf.yml" } as const;

/** Addresses of a family are refused where the settings switch it off. A text that cannot be read switches nothing off. */
export function familyProblems(family: IpFamily, review: Pick<AdmissionReview, "find">): readonly Problem[] {
  return findSetting(`enableIPv${family}`, review) === false
    ? [forbidden("spec.ipVersion", `IPv${family} is disabled`)]
    : [];
}

/** What the settings say of a key; undefined: nothing, or they cannot be read. */
export function findSetting(key: string, { find }: Pick<AdmissionReview, "find">): unknown {
  return readLines(find(ConfigMap, spiderpoolSettings)?.data?.[spiderpoolSettings.key] ?? "")[key];
}

function readLines(text: string): { readonly [key: string]: unknown } {
  try {
    const value: unknown = load(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
