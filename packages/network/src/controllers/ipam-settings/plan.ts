import type { ConfigMap } from "@peapod/api";
import { isJsonEqual, type Plan } from "@peapod/machinery";
import { type IpamSettings, parseSettings, settingsKey } from "../../ipam/settings/parse-settings.ts";

export interface Facts {
  /** Undefined: there is none, and the defaults count. */
  readonly configMap: ConfigMap | undefined;
  readonly current: IpamSettings;
  /** What was said of it last. */
  readonly said: string | undefined;
}

export type Step =
  | { readonly do: "useSettings"; readonly settings: IpamSettings }
  | { readonly do: "nameProblems"; readonly configMap: ConfigMap; readonly message: string };

/** The settings are used as they are written, and lines that say what is not done are named. */
export function planSettings({ configMap, current, said }: Facts): Plan<Step> {
  const { settings, problems } = parseSettings(configMap?.data?.[settingsKey]);
  const message = problems.join("; ");
  return {
    steps: [
      ...(isJsonEqual(settings, current) ? [] : [{ do: "useSettings", settings } as const]),
      ...(configMap && message !== "" && message !== said ? [{ do: "nameProblems", configMap, message } as const] : []),
    ],
  };
}
