/** Of Peapod itself. */
export const peapodVersion = "v0.1.0";

/** Whose API is served and whose commands are answered: clients compare it with their own. */
export const kubevirtVersion = "v1.9.0";

/** What `version` tells, in the shape that upstream's clients read. */
export interface VersionInfo {
  readonly gitVersion: string;
  readonly gitCommit: string;
  readonly gitTreeState: string;
  readonly buildDate: string;
  readonly goVersion: string;
  readonly compiler: string;
  readonly platform: string;
}

/**
 * @param runtime  what runs us, for example `node v24.21.0`
 * @param platform  `linux/amd64`
 */
export function versionInfo(runtime: string, platform: string): VersionInfo {
  return {
    gitVersion: `${kubevirtVersion}+peapod.${peapodVersion.slice(1)}`,
    gitCommit: "",
    gitTreeState: "clean",
    buildDate: "",
    goVersion: runtime,
    compiler: "none",
    platform,
  };
}
