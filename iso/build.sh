#!/bin/bash
# Builds the guest image, iso/out/b2d-<arch>.iso, and iso/out/manifest.json, from Debian packages. Each
# step is a file of iso/build/; docs/building-the-image.md tells the story.
set -Eeuo pipefail

ISO_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

# The image's version is the project's own.
project_version() { sed -n 's/^  "version": *"\([^"]*\)".*/\1/p' "$ISO_DIR/../package.json" 2>/dev/null | head -n 1 || true; }

usage() {
  cat <<HELP
Usage: npm run build:iso -- [--cached] [--version X]      (or: bash iso/build.sh ...)

Builds iso/out/b2d-amd64.iso and iso/out/manifest.json from Debian packages, as root, on Debian or
Ubuntu. The first build takes less than an hour on two cores and about 8 GB of disk; finished steps are kept
in the cache, so that the next takes a minute.

  --cached      take the newest image in the cache that was built from these very files, without
                touching the network; build only when there is none
  --again       pack the newest image once more from its cached parts, and fail when a byte differs
  --version X   the version that the image states (default: package.json's, $(project_version))
  --help        this text

Environment: B2D_BUILD_CACHE (default ~/.cache/b2d-build), B2D_DEBIAN_MIRROR (default: the machine's
own Debian mirror), SOURCE_DATE_EPOCH (the date inside the image; a fixed one by default)
HELP
}

for part in lib cache host arch/amd64 packages sources chroot inchroot engine tools kernel image manifest finish again; do
  # shellcheck source=/dev/null
  . "$ISO_DIR/build/$part.sh"
done

options() {
  WANT_CACHED=no WANT_AGAIN=no VERSION=$(project_version)
  while [ $# -gt 0 ]; do
    case $1 in
      --cached) WANT_CACHED=yes ;;
      --again) WANT_AGAIN=yes ;;
      --version) [ $# -ge 2 ] || fail "--version needs a value" "" "npm run build:iso -- --version 1.2.3"; VERSION=$2; shift ;;
      --version=*) VERSION=${1#*=} ;;
      -h | --help) usage; exit 0 ;;
      *) fail "unknown option $1" "" "npm run build:iso -- --help" ;;
    esac
    shift
  done
  VERSION=${VERSION:-0.1.0}
  [[ $VERSION =~ ^[0-9A-Za-z][0-9A-Za-z.+~-]{0,63}$ ]] || fail "\"$VERSION\" is not a version" "letters, digits and . + ~ - only" "npm run build:iso -- --version 1.2.3"
}

main() {
  options "$@"
  # One date for everything in the image, so that the same packages give the same bytes.
  export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1767225600} # 2026-01-01
  export JOBS
  JOBS=$(nproc)
  CACHE=$(cache_folder)
  TREE_KEY=$(tree_key)
  if [ "$WANT_CACHED" = yes ] && take_finished; then return; fi

  host_checks
  if [ "$WANT_AGAIN" = yes ]; then build_again; return; fi
  packages_refresh
  packages_resolve
  build_engine
  build_tools
  build_kernel
  build_initramfs
  WORK_ISO=$(work_folder)
  build_iso "$WORK_ISO/b2d-$ARCH.iso"
  build_manifest "$WORK_ISO"
  chroot_ready
  save_parts "$WORK_ISO"
  finish "$WORK_ISO"
}

# In braces with its exit: bash reads a script as it goes, and this one may be edited while it runs.
{ main "$@"; exit; }
