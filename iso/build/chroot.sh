# shellcheck shell=bash
# The build chroot: Debian sid with compilers, the engine's build dependencies and the tools that
# assemble the image, so that the bytes depend on Debian's versions and not on the host's.

# chroot_ready: sets CHROOT, building it when the cache has none with the resolved versions. Steps
# call it through inchroot, so a build whose steps are all cached never needs it.
chroot_ready() {
  [ -n "${CHROOT:-}" ] && return
  local outer=$STEP_NAME began=$SECONDS
  cached chroot "$(hash_of "$CHROOT_LIST" "$ISO_DIR/build/chroot.sh" "=$ARCH")" build_chroot
  CHROOT=$ENTRY/root
  [ $((SECONDS - began)) -lt 5 ] || say "    the chroot took $((SECONDS - began)) s of: $outer"
}

# build_chroot DIR: mmdebstrap in a mount namespace of its own, so that what it mounts below DIR is
# gone with it, also when it is killed.
build_chroot() {
  local dir=$1 names
  say "    building the Debian sid chroot ($(wc -l <"$CHROOT_LIST") packages, about 4 GB, 3 minutes)"
  names=$(cut -d= -f1 "$CHROOT_LIST" | paste -sd,)
  # Documentation is left out of the chroot, but not the licences, which the manifest reads.
  local -a options=(
    --quiet --mode=root --variant=buildd --components=main --architectures="$ARCH"
    --aptopt='APT::Install-Recommends "false"'
    --dpkgopt=force-unsafe-io # a chroot that a crash spoils is thrown away: the cache entry is synced as a whole
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright'
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*'
    --include="$names"
  )
  local line
  while IFS= read -r line; do [ -z "$line" ] || options+=(--aptopt="${line%;}"); done < <(machine_acquire_settings)
  run unshare --mount --propagation private --pid --fork --kill-child mmdebstrap "${options[@]}" \
    sid "$dir/root" "deb [signed-by=$DEBIAN_KEYRING] $MIRROR sid main" >"$dir/log" 2>&1 ||
    { tail -n 15 "$dir/log" >&2; fail "the sid chroot could not be made" "see the lines above: a mirror that is being updated, no network, or no space" "npm run build:iso (the finished steps are kept)"; }
  mkdir "$dir/root/build" "$dir/root/iso" "$dir/root/cache"
  rm -rf --one-file-system "$dir/root/dev" "$dir/root/var/lib/apt/lists"
  mkdir "$dir/root/dev"
  # What was resolved and what was installed must be the same, or the keys would lie.
  # shellcheck disable=SC2016
  dpkg-query --admindir="$dir/root/var/lib/dpkg" -W -f '${Package}=${Version}\n' | LC_ALL=C sort >"$dir/installed"
  local missing
  missing=$(LC_ALL=C comm -23 <(sed 's/:[a-z0-9]*=/=/' "$CHROOT_LIST" | LC_ALL=C sort -u) "$dir/installed")
  [ -z "$missing" ] || fail "the chroot differs from what was resolved: $(head -n 3 <<<"$missing" | paste -sd' ')" "the mirror was updated in between" "npm run build:iso"
}
