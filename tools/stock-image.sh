#!/bin/sh
# sh tools/stock-image.sh OUT: this machine's Debian as a disk that BIOS boots, made of the distribution's packages alone: its kernel,
# its initial RAM disk, its systemd, its cloud-init. So that guests are not only tried with an image of our own making. Root only.
set -eu
out=$1
packages=systemd-sysv,udev,dbus,ifupdown,isc-dhcp-client,iproute2,netbase,sudo,openssh-server,qemu-guest-agent,linux-image-cloud-amd64
# debootstrap does not follow names that other packages provide
packages=$packages,cloud-init,python3-cffi-backend

# What is mounted while packages are configured ends with this namespace.
if [ "${PEAPOD_STOCK_IMAGE:-}" != inside ]; then
  PEAPOD_STOCK_IMAGE=inside exec unshare --mount --propagation private sh "$0" "$out"
fi

work=$(mktemp -d "${TMPDIR:-/var/tmp}/peapod-stock.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 1' INT TERM
root=$work/root
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $suite" | head -n 1)

if ! debootstrap --variant=minbase --include="$packages" "$suite" "$root" "${mirror:-http://deb.debian.org/debian}" > "$work/log" 2>&1; then
  echo "Error: Cannot build the stock system: $(tail -n 1 "$work/log")" >&2
  exit 1
fi
umount "$root/proc" "$root/sys" 2> /dev/null || :
echo 'LABEL=stock-root / ext4 defaults 0 1' > "$root/etc/fstab"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/doc "$root"/usr/share/man

# One FAT partition with the kernel for syslinux, and the root behind it.
boot_mib=$(($(cat "$root"/boot/vmlinuz-* "$root"/boot/initrd.img-* | wc -c) / 1048576 + 4))
root_mib=1536
truncate -s "${boot_mib}M" "$work/boot"
mkfs.vfat -n STOCK-BOOT -h 2048 "$work/boot" > /dev/null
cat > "$work/syslinux.cfg" << 'EOF'
DEFAULT stock
PROMPT 0
LABEL stock
 KERNEL /vmlinuz
 INITRD /initrd.img
 APPEND root=LABEL=stock-root ro console=tty0 console=ttyS0,115200
EOF
export MTOOLS_SKIP_CHECK=1
mcopy -i "$work/boot" "$root"/boot/vmlinuz-* ::vmlinuz
mcopy -i "$work/boot" "$root"/boot/initrd.img-* ::initrd.img
mcopy -i "$work/boot" "$work/syslinux.cfg" ::syslinux.cfg
syslinux --install "$work/boot"
mke2fs -q -t ext4 -L stock-root -d "$root" "$work/ext4" "${root_mib}M"

truncate -s "$((1 + boot_mib + root_mib + 1))M" "$work/disk"
printf '2048,%s,e,*\n%s,%s,83\n' $((boot_mib * 2048)) $((2048 + boot_mib * 2048)) $((root_mib * 2048)) | sfdisk -q "$work/disk"
dd if=/usr/lib/syslinux/mbr/mbr.bin of="$work/disk" bs=440 count=1 conv=notrunc status=none
dd if="$work/boot" of="$work/disk" bs=1M seek=1 conv=notrunc,sparse status=none
dd if="$work/ext4" of="$work/disk" bs=1M seek=$((1 + boot_mib)) conv=notrunc,sparse status=none
qemu-img convert -f raw -O qcow2 "$work/disk" "$out.new"
mv "$out.new" "$out"
