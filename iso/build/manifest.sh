# shellcheck shell=bash
# The manifest: what the image is and what it is made of.

# Sources that this build compiled itself: "name<TAB>version<TAB>patched<TAB>licence file", one a line.
SOURCES_USED=

# note_source NAME VERSION PATCHED(yes|no) LICENCE-FILE: the file is Debian's copyright file or upstream's licence.
note_source() { SOURCES_USED+="$1"$'\t'"$2"$'\t'"$3"$'\t'"$(inside "$4")"$'\n'; }

# Packages of the chroot whose code is in the image: the C libraries, compiler support and boot loaders.
readonly LINKED_PACKAGES=(musl-dev libc6-dev libgcc-16-dev libseccomp-dev libcap-dev)

# build_manifest FOLDER: writes manifest.json beside the image in FOLDER.
build_manifest() {
  step "Manifest"
  local folder=$1 work iso=$1/b2d-$ARCH.iso
  work=$(work_folder)
  binary_package "$KERNEL_PACKAGE" trixie
  note_source linux "$KERNEL_SOURCE_VERSION" yes "$PACKAGE_DIR/usr/share/doc/$KERNEL_PACKAGE/copyright"
  printf '%s' "$SOURCES_USED" >"$work/sources"
  { cat "$ENGINE_PACKAGES"; printf '%s\n' "${LINKED_PACKAGES[@]}" "${ARCH_LOADER_PACKAGES[@]}"; } >"$work/packages"
  {
    printf '%s\t%s\n' version "$VERSION" arch "$ARCH" file "b2d-$ARCH.iso" size "$(size_of "$iso")" sha256 "$(digest "$iso")"
    printf '%s\t%s\n' kernel.release "$KERNEL_RELEASE" kernel.package "$KERNEL_SOURCE_VERSION"
    printf '%s\t%s\n' engine.docker "$DOCKER_VERSION" engine.containerd "$CONTAINERD_VERSION"
    printf '%s\t%s\n' data.format "$DATA_FORMAT" data.storageDrivers "$STORAGE_DRIVERS"
    printf '%s\t%s\n' boot.commandLine "$COMMAND_LINE"
  } >"$work/facts"
  cp "$folder/extents" "$work/"
  inchroot "$work" python3 /iso/build/image/manifest.py >"$folder/manifest.json"
  rm -rf --one-file-system "$work"
  step_end "$(grep -c '"licence"' "$folder/manifest.json") sources"
}
