/** One volume made ready on this node: what compute needs to render a disk. */
export interface PreparedDisk {
  /** The volume's name in the VMI spec. */
  readonly volumeName: string;
  /** On the host. QEMU sees it at the same path inside its private mount namespace. */
  readonly path: string;
  readonly format: "qcow2" | "raw";
  readonly blockDevice: boolean;
  /** Files QEMU must be able to open read-only beside `path` (backing files). */
  readonly backingPaths: readonly string[];
  /** True when the guest must not write to it: an image as a CD-ROM. */
  readonly readOnly: boolean;
  /** Guest-visible bytes. */
  readonly virtualSizeBytes: number;
}
