# shellcheck shell=bash
# The image's build brings functions that fetch Debian packages into the build cache, without installing them: this makes them
# usable elsewhere. Sourced after the strict mode is set; sets CACHE, and removes at the end what was begun.
ISO_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../iso" && pwd)
for part in lib cache host arch/amd64 packages; do
  # shellcheck source=/dev/null
  source "$ISO_DIR/build/$part.sh"
done
CACHE=$(cache_folder)
trap remove_work EXIT

# kept_entry STEP: the newest entry of a step in the cache, or nothing.
kept_entry() { find "$CACHE/$1" -mindepth 1 -maxdepth 1 -name "[0-9a-f]*" -printf "%T@ %p\n" 2>/dev/null | sort -rn | head -n 1 | cut -d" " -f2- || true; }

# suite_package PACKAGE SUITE: as binary_package, from a suite that the image has nothing of, whose index is fetched into an apt folder of its own.
suite_package() {
  local package=$1 suite=$2 APT_DIR=$APT_DIR/$2 lock
  mkdir -p "$APT_DIR/lists/partial"
  exec {lock}>"$APT_DIR/.lock"; flock "$lock"
  apt_source "$MIRROR" "$suite" | grep '^deb ' >"$APT_DIR/sources.list"
  {
    cat "${APT_DIR%/*}/apt.conf"
    printf 'Dir::Etc::SourceList "%s/sources.list";\nDir::State::Lists "%s/lists";\nDir::Cache "%s/cache";\nAPT::Default-Release "%s";\n' "$APT_DIR" "$APT_DIR" "$APT_DIR" "$suite"
  } >"$APT_DIR/apt.conf"
  apt_private apt-get -qq update >&2 || fail "the package index of Debian $suite cannot be fetched from $MIRROR" "no network, or a mirror that no longer has it" "B2D_DEBIAN_MIRROR=<URL of a Debian mirror> npm test"
  exec {lock}>&-
  PACKAGE_VERSION=$(apt_private apt-cache madison "$package" | awk -F ' *[|] *' '{ print $2 }' | newest_version)
  [ -n "$PACKAGE_VERSION" ] || fail "Debian $suite has no package $package"
  cached "deb-$suite/$package" "$(hash_of "=$package" "=$PACKAGE_VERSION" "=$ARCH")" unpack_binary "$package" "$PACKAGE_VERSION"
  PACKAGE_DIR=$ENTRY
}
