# shellcheck shell=bash
# Which Debian packages the image is made of: a private apt configuration over Debian's signed
# indexes, from which every version is resolved once per build. Nothing of the machine's own apt
# state is changed.

readonly DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# What is compiled and assembled, and with what, all from sid. The engine's own build dependencies
# come on top through apt's build-dep.
readonly CHROOT_PACKAGES=(
  autoconf automake bc bison build-essential bzip2 ca-certificates cmake cpio flex git golang-go
  golang-github-containerd-containerd-dev golang-github-docker-docker-dev kmod libcap-dev libelf-dev
  libjson-c-dev libmnl-dev libnetfilter-conntrack-dev libnfnetlink-dev libnftnl-dev libseccomp-dev libssl-dev
  libtool musl-dev musl-tools patch pkgconf python3 rsync xz-utils zlib1g-dev zstd
  dosfstools grub-common mtools xorriso
)

# mirrors: sets MIRROR and SECURITY_MIRROR, from B2D_DEBIAN_MIRROR, else the machine's own Debian
# apt sources, else mmdebstrap's default. The repository names no host.
mirrors() {
  local uris=
  if [ -n "${B2D_DEBIAN_MIRROR:-}" ]; then
    uris=$B2D_DEBIAN_MIRROR
  elif grep -qs '^ID=debian$' /etc/os-release; then
    # apt itself reads both of its formats: it prints "SITE REPOSITORY-URI" for each index it uses.
    uris=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null || true)
  fi
  MIRROR=$(grep -v -- security <<<"$uris" | head -n 1 || true)
  SECURITY_MIRROR=$(grep -m 1 -- security <<<"$uris" || true)
  [ -n "$MIRROR" ] || default_mirrors
  MIRROR=${MIRROR%/}
  # Debian's archive layout puts the security archive beside the main one.
  [ -n "$SECURITY_MIRROR" ] || SECURITY_MIRROR=${MIRROR%/debian}/debian-security
  SECURITY_MIRROR=${SECURITY_MIRROR%/}
}

# default_mirrors: the mirrors that mmdebstrap would choose for trixie, from the sources.list that it
# writes before it touches the network.
default_mirrors() {
  local list
  # shellcheck disable=SC2016
  list=$(mmdebstrap --quiet --variant=custom --setup-hook='cat "$1/etc/apt/sources.list"; exit 1' trixie /dev/null 2>/dev/null || true)
  MIRROR=$(awk '$1 == "deb" && !/security/ { sub(/\[[^]]*\] */, ""); print $2; exit }' <<<"$list")
  SECURITY_MIRROR=$(awk '$1 == "deb" && /security/ { sub(/\[[^]]*\] */, ""); print $2; exit }' <<<"$list")
  [ -n "$MIRROR" ] || fail "no Debian mirror is known" "this machine has no Debian apt sources" "B2D_DEBIAN_MIRROR=<URL of a Debian mirror> npm run build:iso"
}

# apt_private COMMAND...: apt-get, apt-cache and so on over the build's own lists.
apt_private() { APT_CONFIG=$APT_DIR/apt.conf "$@"; }

# machine_acquire_settings: the machine's own proxy and date settings, which the network here needs,
# as apt.conf lines.
machine_acquire_settings() {
  apt-config dump --format '%f "%v";%n' |
    grep -E '^Acquire::(https?::(Proxy|[A-Za-z0-9.:-]*::Proxy)|Check-Valid-Until|Check-Date|Retries) ' || true
}

# packages_refresh: writes the private apt configuration and fetches the signed indexes.
packages_refresh() {
  step "Debian package indexes"
  mirrors
  APT_DIR=$CACHE/apt/$ARCH
  local d=$APT_DIR lock
  mkdir -p "$d"/etc/{sources.list.d,preferences.d,apt.conf.d,trusted.gpg.d} "$d"/state/lists/partial "$d"/cache/archives/partial
  exec {lock}>"$d/.lock"; flock "$lock"
  : >"$d/status"
  {
    printf 'Dir::Etc "%s/etc";\nDir::State "%s/state";\nDir::State::status "%s/status";\nDir::Cache "%s/cache";\n' "$d" "$d" "$d" "$d"
    printf 'APT::Architecture "%s";\nAPT::Architectures { "%s"; };\nAPT::Sandbox::User "root";\n' "$ARCH" "$ARCH"
    printf 'APT::Install-Recommends "false";\nAcquire::Languages "none";\nAPT::Default-Release "sid";\n'
    printf 'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";\n'
    machine_acquire_settings
  } >"$d/apt.conf"
  local suite
  for suite in sid trixie; do apt_source "$MIRROR" "$suite"; done >"$d/etc/sources.list"
  apt_source "$SECURITY_MIRROR" trixie-security >>"$d/etc/sources.list"
  apt_private apt-get -qq update >&2 ||
    fail "the Debian package indexes cannot be fetched from $MIRROR" "no network, a proxy that apt does not know, or a mirror that is down" \
      "apt-get update; or, to use the last image built from this checkout: npm run build:iso -- --cached"
  exec {lock}>&-
  step_end
}

apt_source() {
  printf 'deb [signed-by=%s] %s %s main\n' "$DEBIAN_KEYRING" "$1" "$2"
  printf 'deb-src [signed-by=%s] %s %s main\n' "$DEBIAN_KEYRING" "$1" "$2"
}

# packages_resolve: sets CHROOT_LIST, a file of "package=version" lines: all that the chroot will hold
# beside Debian's essential packages.
packages_resolve() {
  step "Resolving package versions in sid"
  cached resolved "$(hash_of "$APT_DIR"/state/lists/*_sid_*InRelease "=$ARCH" "=${CHROOT_PACKAGES[*]} ${ARCH_LOADER_PACKAGES[*]}")" resolve_chroot
  CHROOT_LIST=$ENTRY/chroot.list
  step_end "$(wc -l <"$CHROOT_LIST") packages"
}

resolve_chroot() {
  {
    apt_private apt-get -s build-dep docker.io containerd
    apt_private apt-get -s install "${CHROOT_PACKAGES[@]}" "${ARCH_LOADER_PACKAGES[@]}"
  } >"$1/simulation" || fail "apt cannot resolve the build dependencies in sid" "sid is in transition, as it is from time to time" "try again tomorrow, or: npm run build:iso -- --cached"
  # "Inst NAME (VERSION Debian:unstable [amd64])"
  awk '/^Inst / { sub(/^\(/, "", $3); print $2 "=" $3 }' "$1/simulation" | LC_ALL=C sort -u >"$1/chroot.list"
}

# versions_matching REGEX: the resolved "package=version" lines whose package name matches.
versions_matching() { grep -E "^($1)=" "$CHROOT_LIST" || true; }

# toolchain_id: text that changes with the C compiler, the linker or a C library.
toolchain_id() { versions_matching 'gcc-[0-9]+|binutils|libc6-dev|linux-libc-dev|musl-dev'; }

# binary_package PACKAGE [SUITE]: sets PACKAGE_DIR to the unpacked files of a binary package and
# PACKAGE_VERSION to its version, the newest of the suite (sid, or "trixie", which includes its security archive).
binary_package() {
  local package=$1 pattern='sid/' ; [ "${2:-sid}" = trixie ] && pattern='trixie(-security)?/'
  PACKAGE_VERSION=$(apt_private apt-cache madison "$package" | awk -F ' *[|] *' -v p=" $pattern" '$3 " " ~ p && $3 !~ /Sources/ { gsub(/ /, "", $2); print $2 }' | newest_version)
  [ -n "$PACKAGE_VERSION" ] || fail "Debian ${2:-sid} has no package $package" "it was renamed or removed" "adapt iso/build to its new name"
  cached "deb/$package" "$(hash_of "=$package" "=$PACKAGE_VERSION" "=$ARCH")" unpack_binary "$package" "$PACKAGE_VERSION"
  PACKAGE_DIR=$ENTRY
}

unpack_binary() {
  local dir=$1 package=$2 version=$3 tmp
  tmp=$(work_folder)
  (cd "$tmp" && apt_private apt-get -qq download "$package=$version" >&2) ||
    fail "the package $package $version cannot be downloaded" "the mirror is being updated, or lacks it" "wait an hour and run the build again"
  dpkg-deb -x "$tmp"/*.deb "$dir"
  rm -rf "$tmp"
}

# newest_version: of the Debian versions on stdin, one a line, the highest.
newest_version() {
  local best= v
  while IFS= read -r v; do
    if [ -z "$best" ] || dpkg --compare-versions "$v" gt "$best"; then best=$v; fi
  done
  printf '%s' "$best"
}
