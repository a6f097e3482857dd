#!/bin/bash
# The virtual machine that b2d is compared with: Debian stable as debootstrap makes it (systemd, stock
# kernel, initramfs), with docker.io and an SSH server. Prints the folder of the build cache that has
# disk.raw, kernel, initrd and versions; it is made there when the cache has none, which needs root.
set -Eeuo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$here/../../../bin/dev/debian-packages.sh"

SUITE=trixie
# dbus and libpam-systemd: every installation has them, and the power button needs them.
PACKAGES=(linux-image-amd64 docker.io openssh-server ca-certificates dbus libpam-systemd)
DISK_SIZE=8G

# build_vm DIR: mmdebstrap in a mount namespace of its own, so that what it mounts below DIR is gone
# with it, also when it is killed.
build_vm() {
  local dir=$1 root=$1/root line
  [ "$(id -u)" = 0 ] || fail "the Debian virtual machine has to be made by root" "its files belong to root" "sudo npm run bench -- start"
  host_packages
  mirrors
  say "    making a Debian $SUITE virtual machine with docker.io (2 GB for a moment, about 3 minutes)"
  local -a options=(--quiet --mode=root --variant=important --components=main --architectures="$ARCH"
    --aptopt='APT::Install-Recommends "false"' --include="$(IFS=,; printf '%s' "${PACKAGES[*]}")")
  while IFS= read -r line; do [ -z "$line" ] || options+=(--aptopt="${line%;}"); done < <(machine_acquire_settings)
  unshare --mount --propagation private --pid --fork --kill-child mmdebstrap "${options[@]}" "$SUITE" "$root" \
    "deb [signed-by=$DEBIAN_KEYRING] $MIRROR $SUITE main" \
    "deb [signed-by=$DEBIAN_KEYRING] $SECURITY_MIRROR $SUITE-security main" >"$dir/log" 2>&1 ||
    { tail -n 15 "$dir/log" >&2; fail "the Debian virtual machine could not be made" "see the lines above: no network, a mirror that is being updated, or no space" "npm run bench -- start"; }
  cp -R "$here/root/." "$root/"
  # As Debian's installer leaves it: without an id, systemd takes every start for the first one.
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$root/etc/machine-id"
  # systemd-networkd in ifupdown's place, as in Debian's cloud images.
  rm -f "$root"/etc/systemd/system/*/networking.service
  ln -s /usr/lib/systemd/system/systemd-networkd.service "$root/etc/systemd/system/multi-user.target.wants/systemd-networkd.service"
  # shellcheck disable=SC2016
  dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Package} ${Version}\n' base-files docker.io containerd runc systemd linux-image-amd64 >"$dir/versions"
  cp "$(readlink -f "$root"/boot/vmlinuz-*)" "$dir/kernel"
  cp "$(readlink -f "$root"/boot/initrd.img-*)" "$dir/initrd"
  rm -rf --one-file-system "$root/dev" "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
  mkdir "$root/dev"
  mke2fs -q -t ext4 -L bench-root -d "$root" "$dir/disk.raw" "$DISK_SIZE" >&2
  rm -rf --one-file-system "$root"
}

step "Debian virtual machine"
mkdir -p "$CACHE"
cached bench-debian "$(hash_of "$here" "=$ARCH")" build_vm
cache_prune bench-debian 1
step_end
printf '%s\n' "$ENTRY"
