#!/usr/bin/env bash
# Prints the path of a VBoxManage: real VirtualBox from Debian (sid, contrib) in a root folder of its own in the build cache, without its kernel
# module. Machines run on VirtualBox's interpreter when they are made with `modifyvm ... --vm-execution-engine interpreter`.
# The first call takes about two minutes, downloads 115 MB and needs root; the programs need root at every call.
set -Eeuo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
source "$HERE/../../../bin/dev/debian-packages.sh"

# A package that satisfies virtualbox's dependency on kernel modules.
stand_in() {
  local folder
  folder=$(mktemp -d)
  mkdir "$folder/DEBIAN"
  printf '%s\n' 'Package: b2d-no-virtualbox-modules' 'Version: 1' 'Architecture: all' 'Provides: virtualbox-modules' \
    'Maintainer: b2d <b2d@localhost>' 'Description: stands in for the kernel modules' >"$folder/DEBIAN/control"
  dpkg-deb --root-owner-group --build "$folder" "$1" >/dev/null
  rm -rf "$folder"
}

install_virtualbox() {
  local dir=$1 line
  host_packages
  mirrors
  stand_in "$dir/stand-in.deb"
  local -a options=(
    --quiet --mode=root --variant=apt --components=main,contrib --keyring="$DEBIAN_KEYRING"
    --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*'
  )
  while IFS= read -r line; do [ -z "$line" ] || options+=(--aptopt="${line%;}"); done < <(machine_acquire_settings)
  # No service may start in there; virtualbox's own scripts would try.
  # shellcheck disable=SC2016
  options+=(--setup-hook='mkdir -p "$1/usr/sbin" && printf "#!/bin/sh\nexit 101\n" >"$1/usr/sbin/policy-rc.d" && chmod +x "$1/usr/sbin/policy-rc.d"')
  options+=(--customize-hook="cp '$dir/stand-in.deb' \"\$1/tmp/\"")
  # shellcheck disable=SC2016
  options+=(--customize-hook='chroot "$1" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends /tmp/stand-in.deb systemd-standalone-sysusers virtualbox gcc libc6-dev')
  options+=(--customize-hook="cp '$HERE/driverless.c' \"\$1/tmp/\"")
  # shellcheck disable=SC2016
  options+=(--customize-hook='chroot "$1" sh -c "dpkg-divert --local --rename --add /usr/lib/virtualbox/VBoxHeadless && gcc -O2 -Wall -o /usr/lib/virtualbox/VBoxHeadless /tmp/driverless.c && apt-get -qq -y purge --auto-remove gcc libc6-dev"')
  say "    installing VirtualBox into the build cache (115 MB, two minutes)"
  run unshare --mount --propagation private --pid --fork --kill-child mmdebstrap "${options[@]}" sid "$dir/root" "$MIRROR" >"$dir/log" 2>&1 ||
    { tail -n 15 "$dir/log" >&2; fail "VirtualBox cannot be installed for the tests" "see the lines above: no network, no space, or no root" "sudo bash test/support/virtualbox/install.sh"; }
  rm -rf --one-file-system "$dir/root/var/lib/apt/lists" "$dir/root/var/cache/apt" "$dir/stand-in.deb"
  rm -rf --one-file-system "$dir/root/dev" && mkdir -p "$dir/root/dev/shm"
  device null 1 3 && device zero 1 5 && device random 1 8 && device urandom 1 9
  cp "$HERE/enter.sh" "$dir/enter.sh"
  # The folder is found at each call: the cache entry is renamed when it is complete.
  cat >"$dir/VBoxManage" <<'VBOXMANAGE'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
exec unshare --mount --propagation private sh "$here/enter.sh" "$here/root" "$PWD" "$@"
VBOXMANAGE
  chmod +x "$dir/VBoxManage"
}

device() { mknod -m 666 "$dir/root/dev/$1" c "$2" "$3"; }

main() {
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "VirtualBox without its kernel module is for x86-64 Linux only" "this is $(uname -s) on $(uname -m)" "B2D_TEST_VBOXMANAGE=/path/of/VBoxManage npm test"
  [ "$(id -u)" = 0 ] || fail "the tests' VirtualBox needs root" "it runs in a root folder of its own" "sudo npm test; or with an installed VirtualBox: B2D_TEST_VBOXMANAGE=/path/of/VBoxManage npm test"
  cached virtualbox "$(hash_of "$HERE/install.sh" "$HERE/enter.sh" "$HERE/driverless.c")" install_virtualbox
  echo "$ENTRY/VBoxManage"
}

main
