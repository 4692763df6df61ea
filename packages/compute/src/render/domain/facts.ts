/** What the node knows of itself and a domain depends on. Filled by the node agent once, plain data. */
export interface NodeFacts {
  readonly name: string;
  readonly architecture: "amd64" | "arm64";
  readonly accelerator: "kvm" | "tcg";
  /** `7.2.22`; empty: not known yet. */
  readonly qemuVersion: string;
  /** What `host-model` means here; absent: `hostModel()`'s choice. */
  readonly hostModel?: CpuModel | undefined;
  /** OVMF's files; absent where the firmware is not installed. */
  readonly uefi?: UefiFirmware | undefined;
  /** With SMM and the keys of the usual vendors. */
  readonly uefiSecureBoot?: UefiFirmware | undefined;
  /** Whether files in the guests' folder can be opened with O_DIRECT. */
  readonly directIo: boolean;
}

export interface UefiFirmware {
  readonly codePath: string;
  /** Copied to `DomainPaths.uefiVars` for each guest. */
  readonly varsTemplatePath: string;
}

export interface CpuModel {
  readonly model: string;
  readonly features: readonly { readonly name: string; readonly enabled: boolean }[];
}

/** Places of this guest, as QEMU sees them. */
export interface DomainPaths {
  /** Holds the sockets and the pid file. */
  readonly runDir: string;
  /** The guest's own copy of the UEFI variables. */
  readonly uefiVars: string;
}

/** SMBIOS system information that the KubeVirt object may override. */
export interface SmbiosConfig {
  readonly manufacturer?: string | undefined;
  readonly product?: string | undefined;
  readonly version?: string | undefined;
  readonly sku?: string | undefined;
  readonly family?: string | undefined;
}
