# shellcheck shell=bash
# Debian source packages: the upstream tarball and Debian's changes to it, each checked against the
# digest in the signed index.

# source_package NAME [exact VERSION]: sets SOURCE_DIR to a directory with upstream.tar, debian.tar
# and a file "version", and SOURCE_VERSION to the Debian version.
#
# A mirror in the middle of an update names files that it does not hold. The newest version that is
# really there wins; with "exact", only that version will do. A package whose Debian changes are nowhere to be had
# is built from upstream's tarball alone, which is said aloud and in the manifest (SOURCE_PATCHED=no).
source_package() {
  local name=$1 version versions
  if [ "${2:-}" = exact ]; then versions=$3
  else versions=$(apt_private apt-cache showsrc --only-source "$name" | awk '/^Version:/ { print $2 }' | sort -u | versions_descending); fi
  [ -n "$versions" ] || fail "Debian has no source package $name" "it was renamed or removed" "adapt iso/build to its new name"
  for version in $versions; do
    source_take "$name" "$version" yes && return
  done
  [ "${2:-}" != exact ] || fail "the source of $name $version is not complete on the mirror" "the mirror is being updated" "wait an hour and run the build again, or name another: B2D_DEBIAN_MIRROR=<URL>"
  for version in $versions; do
    source_take "$name" "$version" no || continue
    say "    note: the mirror lacks Debian's changes to $name $version: upstream's tarball alone is used"
    return
  done
  fail "no source of $name can be downloaded" "the mirror is being updated, or lacks it" "wait an hour and run the build again, or name another: B2D_DEBIAN_MIRROR=<URL>"
}

# source_take NAME VERSION PATCHED(yes|no): the cache entry of one version, false when the mirror lacks it.
source_take() {
  local name=$1 version=$2 patched=$3 entry tmp
  entry=$CACHE/source/$(hash_of "=$name" "=$version" "=$patched")
  if [ ! -d "$entry" ]; then
    tmp=$(work_folder)
    if ! source_download "$name" "$version" "$patched" "$tmp"; then rm -rf "$tmp"; return 1; fi
    mkdir -p "$CACHE/source"
    sync -f "$tmp"
    mv -T "$tmp" "$entry" 2>/dev/null || rm -rf "$tmp"
  fi
  SOURCE_DIR=$entry SOURCE_VERSION=$version SOURCE_PATCHED=$patched
}

source_download() {
  local name=$1 version=$2 patched=$3 tmp=$4 uri file hash _ as
  while read -r uri file _ hash; do
    case $file in
      *.orig.tar.*.asc | *.orig-*.tar.* | *.dsc) continue ;;
      *.orig.tar.*) as=upstream.tar ;;
      *.debian.tar.*) [ "$patched" = yes ] || continue; as=debian.tar ;;
      *) continue ;;
    esac
    uri=${uri#\'} uri=${uri%\'}
    apt_private /usr/lib/apt/apt-helper -qq download-file "$uri" "$tmp/$as" "$hash" >/dev/null 2>&1 || return 1
  done < <(apt_private apt-get -qq source --print-uris --download-only "$name=$version" 2>/dev/null)
  [ -f "$tmp/upstream.tar" ] && { [ "$patched" = no ] || [ -f "$tmp/debian.tar" ]; } || return 1
  printf '%s\n' "$version" >"$tmp/version"
}

# versions_descending: sorts the Debian versions on stdin, the highest first.
versions_descending() {
  local -a rest=(); local best v w
  mapfile -t rest
  while [ ${#rest[@]} -gt 0 ]; do
    best=$(printf '%s\n' "${rest[@]}" | newest_version)
    printf '%s\n' "$best"
    local -a next=()
    for w in "${rest[@]}"; do [ "$w" = "$best" ] || next+=("$w"); done
    rest=("${next[@]}")
  done
}
