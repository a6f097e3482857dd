# shellcheck shell=bash
# From the parts to the image: root file system, initramfs, ISO.

# Both consoles get the kernel's messages; the last one named is /dev/console, where init writes. A
# crashed guest starts again after ten seconds. Kernel: Documentation/admin-guide/kernel-parameters.txt.
readonly COMMAND_LINE="console=tty0 console=ttyS0,115200 loglevel=4 panic=10"

# What this image leaves on the data disk. The format is raised by one when an image writes what the images before it cannot
# read (a new storage driver, an engine that converts its data): b2d then refuses to go back to those. An image reads all
# formats up to its own. The storage drivers are those that the engine is able to use, iso/engine/build-tags.
readonly DATA_FORMAT=1
readonly STORAGE_DRIVERS=overlay2

# build_initramfs: sets INITRAMFS, and ROOT_LIST, a table of the files in it.
build_initramfs() {
  step "Root file system"
  binary_package ca-certificates
  note_source ca-certificates "$PACKAGE_VERSION" yes "$PACKAGE_DIR/usr/share/doc/ca-certificates/copyright"
  local name
  CA_CERTIFICATES=$PACKAGE_DIR/usr/share/ca-certificates
  local -a parts=("$ENGINE" "$CA_CERTIFICATES")
  for name in "${!TOOL_DIRS[@]}"; do parts+=("${TOOL_DIRS[$name]}"); done
  cached initramfs "$(hash_of "$ISO_DIR/rootfs" "$ISO_DIR/build/image/root.sh" "$ISO_DIR/build/image/initramfs.sh" "$ISO_DIR/build/image/sizes.sh" "=$VERSION" "=$SOURCE_DATE_EPOCH" \
    "=$(printf '%s\n' "${parts[@]}" | LC_ALL=C sort)" "=$(versions_matching 'zstd|cpio|coreutils')")" pack_initramfs
  INITRAMFS=$ENTRY/initrd.img ROOT_SIZES=$ENTRY/sizes
  step_end "$(size_of "$INITRAMFS") bytes"
}

# inside PATH: a path below the cache as the chroot sees it.
inside() { printf '%s' "${1/#$CACHE//cache}"; }

# assign NAME VALUE: a line of shell for an inputs file.
assign() { printf '%s=%q\n' "$1" "$2"; }

pack_initramfs() {
  local dir=$1 work name
  work=$(work_folder)
  {
    assign VERSION "$VERSION"
    assign ENGINE "$(inside "$ENGINE")"
    assign CA_CERTIFICATES "$(inside "$CA_CERTIFICATES")"
    for name in "${!TOOL_DIRS[@]}"; do assign "TOOL_$name" "$(inside "${TOOL_DIRS[$name]}")/out"; done
  } >"$work/inputs"
  say "    packing (a minute: the strongest compression that still unpacks fast)"
  inchroot "$work" sh /iso/build/image/root.sh >&2
  inchroot "$work" sh /iso/build/image/initramfs.sh >&2
  inchroot "$work" sh /iso/build/image/sizes.sh >&2
  mv "$work/initrd.img" "$work/sizes" "$dir/"
  rm -rf --one-file-system "$work"
}

# build_iso FILE: writes the image.
build_iso() {
  step "ISO"
  local file=$1 work
  work=$(work_folder)
  {
    assign VERSION "$VERSION"
    assign ARCH "$ARCH"
    assign DESCRIPTION "b2d $VERSION $ARCH docker $DOCKER_VERSION data $DATA_FORMAT $STORAGE_DRIVERS"
    assign KERNEL "$(inside "$KERNEL_IMAGE")"
    assign INITRAMFS "$(inside "$INITRAMFS")"
    assign COMMAND_LINE "$COMMAND_LINE"
    assign ISOLINUX_DIR "$ARCH_ISOLINUX_DIR"
    assign SYSLINUX_DIR "$ARCH_SYSLINUX_DIR"
    assign GRUB_TARGET "$ARCH_GRUB_TARGET"
    assign EFI_NAME "$ARCH_EFI_NAME"
  } >"$work/inputs"
  inchroot "$work" sh /iso/build/image/iso.sh >&2
  mv "$work/b2d.iso" "$file"
  mv "$work/extents" "${file%/*}/extents"
  rm -rf --one-file-system "$work"
  step_end "$(size_of "$file") bytes"
}
