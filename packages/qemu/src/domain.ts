/**
 * The whole description of one guest, before it becomes QEMU arguments. Plain data, written to `domain.json` with its format
 * version: an adopted guest is compared with what it was started with. Knows nothing of Kubernetes.
 */
export interface Domain {
  readonly formatVersion: 1;
  /** Becomes SMBIOS uuid and answers QMP's `query-uuid`. */
  readonly uuid: string;
  /** For `-name` and process lists: `namespace_name`. */
  readonly name: string;
  readonly architecture: "amd64" | "arm64";
  readonly machine: DomainMachine;
  readonly cpu: DomainCpu;
  readonly memory: { readonly sizeBytes: number };
  readonly firmware: DomainFirmware;
  readonly smbios: DomainSmbios;
  readonly clock: DomainClock;
  readonly disks: readonly DomainDisk[];
  readonly nics: readonly DomainNic[];
  /** QEMU listens here; the agent is the only client, from before the guest runs. Undefined: no serial port. */
  readonly serial?: { readonly socketPath: string } | undefined;
  readonly guestAgent?: { readonly socketPath: string } | undefined;
  readonly monitors: readonly { readonly id: string; readonly socketPath: string }[];
  readonly rng?: boolean;
  readonly balloon?: { readonly freePageReporting: boolean } | undefined;
  readonly graphics?:
    | { readonly video: "vga" | "bochs" | "cirrus" | "virtio"; readonly vncSocketPath: string }
    | undefined;
  readonly inputs?: readonly {
    readonly name: string;
    readonly type: "tablet" | "keyboard";
    readonly bus: "usb" | "virtio";
  }[];
  readonly panicDevice?: "pvpanic" | "isa" | undefined;
  readonly watchdog?: { readonly model: "i6300esb"; readonly action: "reset" | "poweroff" | "shutdown" } | undefined;
  /** Free root ports kept for hot-plug. */
  readonly spareRootPorts: number;
  readonly pidFile: string;
}

export interface DomainMachine {
  /** `q35`, `pc-q35-7.2`, `pc`, `virt`, … */
  readonly type: string;
  readonly accelerator: { readonly type: "kvm" } | { readonly type: "tcg"; readonly translationBufferMiB: number };
  readonly acpi: boolean;
  readonly smm: boolean;
}

export interface DomainCpu {
  /** A QEMU model name: host-model and host-passthrough are resolved before. */
  readonly model: string;
  readonly features: readonly { readonly name: string; readonly enabled: boolean }[];
  readonly sockets: number;
  readonly cores: number;
  readonly threads: number;
}

export type DomainFirmware =
  | { readonly type: "bios"; readonly useSerial: boolean; readonly bootMenuMs?: number | undefined }
  | { readonly type: "uefi"; readonly codePath: string; readonly varsPath: string; readonly secureBoot: boolean };

export interface DomainSmbios {
  readonly manufacturer: string;
  readonly product: string;
  readonly version?: string | undefined;
  readonly sku?: string | undefined;
  readonly family: string;
  readonly serial?: string | undefined;
  readonly chassis?:
    | {
        readonly manufacturer?: string;
        readonly version?: string;
        readonly serial?: string;
        readonly asset?: string;
        readonly sku?: string;
      }
    | undefined;
}

export interface DomainClock {
  /** `utc`, `localtime`, or seconds off UTC at start. */
  readonly base: "utc" | "localtime" | { readonly offsetSeconds: number };
  readonly timezone?: string | undefined;
  readonly hpet?: boolean | undefined;
  readonly rtcTrack?: "guest" | "wall" | undefined;
  readonly rtcDrift?: "slew" | "none" | undefined;
  readonly pitPolicy?: "delay" | "discard" | undefined;
}

export interface DomainDisk {
  /** The disk's name in the spec: QEMU id `disk-<name>`, node `<name>`. */
  readonly name: string;
  readonly device: "disk" | "cdrom" | "lun";
  readonly bus: "virtio" | "sata" | "scsi" | "usb";
  /** Absent: an empty CD-ROM drive. `path` is as QEMU sees it. */
  readonly image?:
    | { readonly path: string; readonly format: "qcow2" | "raw"; readonly blockDevice: boolean }
    | undefined;
  readonly readOnly: boolean;
  readonly bootIndex?: number | undefined;
  readonly serial?: string | undefined;
  readonly cache: "none" | "writethrough" | "writeback";
  readonly io?: "native" | "threads" | undefined;
  readonly discard: boolean;
  readonly errorPolicy: "stop" | "report" | "ignore" | "enospace";
  readonly shareable: boolean;
  readonly blockSize?:
    | { readonly logical: number; readonly physical: number; readonly discardGranularity?: number }
    | undefined;
  readonly pciAddress?: string | undefined;
}

export interface DomainNic {
  /** The interface's name in the spec: QEMU id `nic-<name>`. */
  readonly name: string;
  readonly model: "virtio" | "e1000" | "e1000e" | "igb" | "ne2k_pci" | "pcnet" | "rtl8139";
  readonly mac: string;
  readonly mtu?: number | undefined;
  readonly backend:
    | { readonly type: "tap"; readonly ifName: string }
    | { readonly type: "stream"; readonly socketPath: string }
    | { readonly type: "macvtap"; readonly ifName: string };
  readonly bootIndex?: number | undefined;
  readonly linkUp: boolean;
  readonly pciAddress?: string | undefined;
  /** From 1; firmware tells it to the guest. */
  readonly acpiIndex?: number | undefined;
}
