/** What the server says it is. Clients parse `gitVersion` as a semantic version and decide by it what they may ask for. */
export interface ServerVersion {
  /** `v1.34.0+peapod0.1.0` */
  readonly gitVersion: string;
  readonly gitCommit?: string;
  /** RFC 3339 */
  readonly buildDate?: string;
  /** Of the machine, in Go's words: `linux/amd64`. */
  readonly platform: string;
}

/** The release of Kubernetes whose API is served, with our own version behind it. */
export function serverVersion(ours: string, arch: string): ServerVersion {
  return { gitVersion: `v1.34.0+peapod${ours}`, platform: `linux/${goArchitectures[arch] ?? arch}` };
}

/** `GET /version` */
export function renderVersion({ gitVersion, gitCommit = "", buildDate = "", platform }: ServerVersion) {
  const [, major = "", minor = ""] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return {
    major,
    minor,
    gitVersion,
    gitCommit,
    gitTreeState: "clean",
    buildDate: buildDate === "" ? "1970-01-01T00:00:00Z" : buildDate,
    goVersion: "none",
    compiler: "none",
    platform,
  };
}

const goArchitectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };
