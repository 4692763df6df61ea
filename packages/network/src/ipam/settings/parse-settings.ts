import { parseYaml } from "@peapod/machinery";

/** What of `conf.yml` in the ConfigMap kube-system/spiderpool-conf is honoured. */
export interface IpamSettings {
  readonly enableIPv4: boolean;
  readonly enableIPv6: boolean;
  readonly enableKubevirtStaticIP: boolean;
  readonly enableIPConflictDetection: boolean;
  readonly enableGatewayDetection: boolean;
}

export const defaultSettings: IpamSettings = {
  enableIPv4: true,
  enableIPv6: true,
  enableKubevirtStaticIP: true,
  enableIPConflictDetection: false,
  enableGatewayDetection: false,
};

/** Where it is. */
export const settingsConfigMap = { namespace: "kube-system", name: "spiderpool-conf" } as const;
export const settingsKey = "conf.yml";

/** Keys of upstream's that mean nothing here, or are for admission to read, and what they may say without anybody missing something. */
const harmless: Readonly<Record<string, readonly unknown[]>> = {
  ipamUnixSocketPath: ["/var/run/spidernet/spiderpool.sock"],
  enableStatefulSet: [true, false],
  enableCleanOutdatedEndpoint: [true, false],
  enableSpiderSubnet: [false],
  enableAutoPoolForApplication: [false],
  enableValidatingResourcesDeletedWebhook: [true, false],
  clusterSubnetDefaultFlexibleIPNumber: [0, 1],
  tuneSysctlConfig: [true, false],
};

/** The settings, and a sentence for each line that says something that is not done. */
export interface ReadSettings {
  readonly settings: IpamSettings;
  readonly problems: readonly string[];
}

/** @param text  `conf.yml`; undefined: there is none, and upstream's defaults count */
export function parseSettings(text: string | undefined): ReadSettings {
  let value: unknown;
  try {
    value = text === undefined ? {} : parseYaml(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { settings: defaultSettings, problems: [`${settingsKey} cannot be read, the defaults count: ${said}`] };
  }
  const lines = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const settings: Record<string, boolean> = { ...defaultSettings };
  const problems: string[] = [];
  for (const [key, said] of lines) {
    if (Object.hasOwn(defaultSettings, key)) {
      if (typeof said === "boolean") settings[key] = said;
      else problems.push(`${key} is ${JSON.stringify(said)} and has to be true or false`);
    } else if (!harmless[key]?.includes(said) && !isOff(said)) {
      problems.push(`${key}: ${JSON.stringify(said)} is not honoured`);
    }
  }
  return { settings: { ...defaultSettings, ...settings }, problems };
}

/** `podResourceInject: { enabled: false, … }` and everything that is empty. */
function isOff(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === "" || value === null || value === false;
  if (Array.isArray(value)) return value.length === 0;
  if ("enabled" in value) return value.enabled === false;
  return "serverUrl" in value ? value.serverUrl === "" : Object.values(value).every(isOff);
}

/** The ConfigMap as it is made at first: upstream's keys with upstream's defaults, but for what is not there yet. */
export function renderSettings() {
  const lines = [
    "ipamUnixSocketPath: /var/run/spidernet/spiderpool.sock",
    ...Object.entries(defaultSettings).map(([key, value]) => `${key}: ${value}`),
    "enableStatefulSet: true",
    "enableCleanOutdatedEndpoint: false",
    "enableSpiderSubnet: false",
    "enableAutoPoolForApplication: false",
    "enableValidatingResourcesDeletedWebhook: false",
    "clusterSubnetDefaultFlexibleIPNumber: 1",
    "tuneSysctlConfig: true",
    "podResourceInject:",
    "  enabled: false",
    "  namespacesExclude: [kube-system, spiderpool, metallb-system, istio-system]",
    "  namespacesInclude: []",
  ];
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { ...settingsConfigMap },
    data: { [settingsKey]: `${lines.join("\n")}\n`, clusterNetwork: "" },
  } as const;
}
