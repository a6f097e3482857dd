#!/bin/sh
# Runs in the build chroot: a hybrid image, /build/b2d.iso, of /build/inputs' kernel and initramfs. BIOS
# machines boot it by isolinux, UEFI machines by GRUB, both from a DVD or copied to a disk as it is.
set -eu
. /build/inputs
tree=/build/iso-tree
mkdir -p "$tree/boot/isolinux"
cp "$KERNEL" "$tree/boot/vmlinuz"
cp "$INITRAMFS" "$tree/boot/initrd.img"

cp "$ISOLINUX_DIR/isolinux.bin" "$SYSLINUX_DIR/ldlinux.c32" "$tree/boot/isolinux/"
# "prompt 0" and no timeout: it boots at once. Shift held down at start gives a prompt for options.
cat >"$tree/boot/isolinux/isolinux.cfg" <<CONFIG
default b2d
prompt 0
label b2d
 kernel /boot/vmlinuz
 initrd /boot/initrd.img
 append $COMMAND_LINE
CONFIG

# One GRUB binary with its script inside, in a small FAT file system. Without the module "normal" there is
# no menu and half the size; the script runs line by line.
cat >/build/grub.cfg <<CONFIG
search.file /boot/vmlinuz root
linux /boot/vmlinuz $COMMAND_LINE
initrd /boot/initrd.img
boot
CONFIG
grub-mkimage -O "$GRUB_TARGET" -o /build/boot.efi -c /build/grub.cfg -p / iso9660 part_gpt part_msdos search_fs_file linux boot
kib=$((($(stat -c %s /build/boot.efi) + 1023) / 1024 + 16))
truncate -s "${kib}K" "$tree/boot/efi.img"
mkfs.vfat -F 12 -r 16 -s 1 -i B2D00001 -n B2D --invariant "$tree/boot/efi.img" >/build/mkfs.log
touch -d "@$SOURCE_DATE_EPOCH" /build/boot.efi
export MTOOLS_SKIP_CHECK=1
mmd -i "$tree/boot/efi.img" ::EFI ::EFI/BOOT
mcopy -m -i "$tree/boot/efi.img" /build/boot.efi "::EFI/BOOT/$EFI_NAME"

find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
# No padding: whole megabytes are only for disks that old BIOSes address by cylinders.
xorriso -as mkisofs -quiet -o /build/b2d.iso -V B2D -R -no-pad \
  -isohybrid-mbr "$ISOLINUX_DIR/isohdpfx.bin" -partition_cyl_align off \
  -b boot/isolinux/isolinux.bin -c boot/isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table \
  -eltorito-alt-boot -e boot/efi.img -no-emul-boot -isohybrid-gpt-basdat \
  "$tree" >/build/xorriso.log 2>&1 || { cat /build/xorriso.log >&2; exit 1; }
# The host reads what the image is ("b2d VERSION ARCH docker VERSION data FORMAT DRIVERS") from the application id: 128 characters
# from byte 574 of the volume descriptor, sector 16 (ECMA-119, 8.4.20). xorriso would write it in capitals; a version is spelt as it is.
[ "${#DESCRIPTION}" -le 128 ] || { echo "iso: the description is too long: $DESCRIPTION" >&2; exit 1; }
printf '%-128s' "$DESCRIPTION" | dd of=/build/b2d.iso bs=1 seek=$((16 * 2048 + 574)) conv=notrunc status=none

# Where each file lies, for hosts that load the kernel themselves: "name path offset size", tab-separated.
xorriso -indev /build/b2d.iso -find /boot -type f -exec report_lba -- 2>/dev/null |
  awk -F ' *, *' -v OFS='\t' '
    BEGIN { name["boot/vmlinuz"] = "kernel"; name["boot/initrd.img"] = "initrd"; name["boot/efi.img"] = "efi"
            name["boot/isolinux/isolinux.bin"] = "bios"; name["boot/isolinux/ldlinux.c32"] = "biosLibrary" }
    /^File data lba:/ { gsub(/\047\/?/, "", $5); if ($5 in name) print name[$5], $5, $2 * 2048, $4 }' >/build/extents
test "$(wc -l </build/extents)" = 5 || { echo "iso: the file positions cannot be read back" >&2; exit 1; }
