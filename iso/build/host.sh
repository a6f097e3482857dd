# shellcheck shell=bash
# The machine that builds: where the cache is, and what must be there before the first step.

# Debian packages whose programs the steps run outside the chroot; everything else is in the chroot.
readonly HOST_PACKAGES=(mmdebstrap debian-archive-keyring xz-utils bzip2 util-linux)
# Free space, in MiB, that a build from nothing needs: chroot 4000, kernel objects 1500, engine 1500, results.
readonly DISK_FROM_NOTHING=8000 DISK_WITH_CHROOT=3500

# cache_folder: where finished steps are kept. Under sudo, the calling user's: the same user without
# sudo then finds the image with --cached.
cache_folder() {
  local home=${HOME:-/root}
  if [ -n "${SUDO_USER:-}" ] && [ "$(id -u)" = 0 ]; then home=$(getent passwd "$SUDO_USER" | cut -d: -f6); fi
  local folder=${B2D_BUILD_CACHE:-${XDG_CACHE_HOME:-$home/.cache}/b2d-build}
  case $folder in /*) ;; *) folder=$PWD/$folder ;; esac
  printf '%s' "$folder"
}

# work_folder: a new folder for one step's intermediate files. What a failed or killed build leaves
# of them is removed by its own exit, or by the next build.
work_folder() {
  [ ! -d "$CACHE/building/$$" ] && mkdir -p "$CACHE/building/$$"
  mktemp -d "$CACHE/building/$$/XXXXXX"
}

remove_work() { rm -rf --one-file-system "$CACHE/building/$$"; }

remove_abandoned_work() {
  local folder
  for folder in "$CACHE"/building/*; do
    [ -d "$folder" ] && ! kill -0 "${folder##*/}" 2>/dev/null && rm -rf --one-file-system "$folder"
  done
  return 0
}

# host_checks: ends the build with a plain message when it cannot succeed on this machine.
host_checks() {
  [ "$(uname -s)" = Linux ] || fail "the image can be built on Linux only" "this is $(uname -s)" "a released image instead: b2d download"
  [ "$(uname -m)" = x86_64 ] || fail "the $ARCH image can be built on an x86-64 machine only" "this is $(uname -m)" "a released image instead: b2d download"
  command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
    fail "the build needs Debian's or Ubuntu's apt" "this is another distribution" "run it in a Debian container with the checkout mounted, as docs/building-the-image.md shows"
  [ "$(id -u)" = 0 ] || fail "building the image needs root" "it mounts file systems for the build chroot" "sudo npm run build:iso"
  mkdir -p "$CACHE" 2>/dev/null && [ -w "$CACHE" ] ||
    fail "the build cache $CACHE cannot be written to" "a read-only or foreign folder" "B2D_BUILD_CACHE=/another/folder npm run build:iso"
  CACHE=$(cd "$CACHE" && pwd -P)
  remove_abandoned_work
  trap remove_work EXIT
  trap 'say "build-iso: interrupted; the finished steps are kept"; exit 130' INT TERM HUP
  host_disk
  host_packages
}

host_disk() {
  local free need=$DISK_FROM_NOTHING
  compgen -G "$CACHE/chroot/[0-9a-f]*/root" >/dev/null && need=$DISK_WITH_CHROOT
  free=$(df -Pm "$CACHE" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$need" ] || fail "$free MiB are free for the build cache $CACHE, $need are needed" "the disk is nearly full" "B2D_BUILD_CACHE=/another/disk npm run build:iso"
}

# host_packages: installs the missing ones.
host_packages() {
  local -a missing=()
  local package
  for package in "${HOST_PACKAGES[@]}"; do
    # shellcheck disable=SC2016
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  step "Installing ${missing[*]}"
  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}"; } >&2 ||
    fail "the packages ${missing[*]} are missing and apt cannot install them" "no network, or another apt at work" "apt-get update && apt-get install ${missing[*]}"
  step_end
}
