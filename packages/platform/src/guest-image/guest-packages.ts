/** What the guest is made of. Libraries come by themselves. */
export const guestPackages = [
  "linux-image-amd64", // the cloud kernel lacks SATA, upstream's default bus
  "busybox-static",
  "mawk", // busybox's own awk fails on recursion, which reading YAML is made of
  "bash", // scripts of manifests ask for it
  "dhcpcd-base", // DHCPv6, which Debian's busybox lacks
  "dropbear-bin",
  "openssh-sftp-server", // scp speaks SFTP nowadays
  "qemu-guest-agent",
  "e2fsprogs", // resize2fs
  "sudo",
] as const;

/** Programs copied into the guest: where the packages have them → where the guest does. */
export const guestPrograms: Readonly<Record<string, string>> = {
  "bin/busybox": "usr/bin/busybox",
  "usr/bin/mawk": "usr/bin/awk",
  "bin/bash": "usr/bin/bash",
  "usr/sbin/dhcpcd": "usr/sbin/dhcpcd",
  "usr/sbin/dropbear": "usr/sbin/dropbear",
  "usr/bin/dropbearkey": "usr/bin/dropbearkey",
  "usr/bin/dbclient": "usr/bin/ssh",
  "usr/lib/openssh/sftp-server": "usr/lib/openssh/sftp-server",
  "usr/sbin/qemu-ga": "usr/sbin/qemu-ga",
  "sbin/resize2fs": "usr/sbin/resize2fs",
  "usr/bin/sudo": "usr/bin/sudo",
  "usr/libexec/sudo/sudoers.so": "usr/libexec/sudo/sudoers.so",
  "usr/lib/x86_64-linux-gnu/security/pam_permit.so": "usr/lib/x86_64-linux-gnu/security/pam_permit.so",
};

/** Where a Debian package may have put a library. */
export const libraryFolders = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "usr/libexec/sudo"] as const;

/** Programs and data of this machine that a build uses → the package that brings each. */
export const buildTools: Readonly<Record<string, string>> = {
  "apt-get": "apt",
  "dpkg-deb": "dpkg",
  depmod: "kmod",
  mke2fs: "e2fsprogs",
  debugfs: "e2fsprogs",
  "mkfs.vfat": "dosfstools",
  mcopy: "mtools",
  mmd: "mtools",
  syslinux: "syslinux",
  xz: "xz-utils",
  "qemu-img": "qemu-utils",
  "/usr/lib/syslinux/mbr/mbr.bin": "syslinux-common",
  "/usr/lib/systemd/boot/efi/systemd-bootx64.efi": "systemd-boot-efi",
};
