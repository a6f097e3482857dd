# shellcheck shell=bash disable=SC2034
# The kernel: Debian's linux-source-6.12 (trixie with its security archive), configured by
# iso/kernel/*.config, compiled in the sid chroot.

readonly KERNEL_PACKAGE=linux-source-6.12

# build_kernel: sets KERNEL_IMAGE (the bzImage), KERNEL_CONFIG (the final configuration),
# KERNEL_SYMBOLS (System.map, to read a panic's addresses with), KERNEL_RELEASE (what uname -r
# says) and KERNEL_SOURCE_VERSION (Debian's version of the source).
build_kernel() {
  step "Kernel"
  binary_package "$KERNEL_PACKAGE" trixie
  local source_dir=$PACKAGE_DIR
  KERNEL_SOURCE_VERSION=$PACKAGE_VERSION
  cached kernel "$(hash_of "$ISO_DIR/kernel" "$ISO_DIR/build/kernel.sh" "=$KERNEL_SOURCE_VERSION" "=$SOURCE_DATE_EPOCH" "=$ARCH" "=$(toolchain_id)")" \
    compile_kernel "$source_dir/usr/src/$KERNEL_PACKAGE.tar.xz"
  KERNEL_IMAGE=$ENTRY/image
  KERNEL_CONFIG=$ENTRY/config
  KERNEL_SYMBOLS=$ENTRY/System.map
  KERNEL_RELEASE=$(<"$ENTRY/release")
  cache_prune kernel 3
  step_end "$KERNEL_RELEASE, $(size_of "$KERNEL_IMAGE") bytes"
}

# compile_kernel DIR TARBALL: fills a cache entry. The source tree (1.5 GB) lies beside it while
# compiling and is gone afterwards; what a killed build leaves, cache_prune removes.
compile_kernel() {
  local dir=$1 tarball=$2 work=$CACHE/kernel/.part-source.$$
  say "    compiling the kernel (about 10 minutes on 2 cores)"
  rm -rf --one-file-system "$work"
  mkdir "$work"
  inchroot "$work" tar -xf "${tarball/#$CACHE//cache}" --strip-components=1 ||
    fail "the kernel source cannot be unpacked" "no space left on the cache's disk" "df -h $CACHE"
  inchroot "$work" /iso/kernel/compile.sh "$ARCH" "$ARCH_KERNEL_TARGET" "$ARCH_KERNEL_IMAGE" >"$dir/log" 2>&1 || {
    tail -n 25 "$dir/log" >&2
    rm -rf --one-file-system "$work"
    fail "the kernel could not be compiled" "see the lines above" "repair iso/kernel/*.config or iso/kernel/compile.sh, then npm run build:iso"
  }
  cp "$work/out/image" "$work/out/config" "$work/out/System.map" "$work/out/release" "$dir/"
  rm -rf --one-file-system "$work"
}
