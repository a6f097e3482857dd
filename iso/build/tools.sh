# shellcheck shell=bash
# The small programs of the image: each compiled from its Debian source by iso/build/tool/<source>.sh.

# build_tool NAME [SOURCE-PACKAGE]: adds a program's cache entry to TOOL_DIRS and its source to the manifest.
build_tool() {
  local name=$1
  source_package "$name"
  cached "tool/$name" "$(hash_of "$ISO_DIR"/build/tool/{common,unpack}.sh "$ISO_DIR"/build/tool/"$name".* "=$SOURCE_VERSION $SOURCE_PATCHED" "=$(toolchain_id)" \
    "=$(versions_matching 'libseccomp-dev|libcap-dev|make|autoconf|libtool')" "=$ARCH")" compile_tool "$name" "$SOURCE_DIR"
  TOOL_DIRS[$name]=$ENTRY
  note_source "$name" "$SOURCE_VERSION" "$SOURCE_PATCHED" "$ENTRY/licence"
}

# compile_tool DIR NAME SOURCE-DIR: unpacks, applies Debian's patches and runs the tool's script.
compile_tool() {
  local dir=$1 name=$2 source=$3 work began=$SECONDS
  work=$(work_folder)
  mkdir "$work/src"
  inchroot "$work" sh /iso/build/tool/unpack.sh "${source/#$CACHE//cache}" >&2
  inchroot "$work" sh "/iso/build/tool/$name.sh" >&2
  mv "$work/out" "$dir/out"
  cp "$work/licence" "$dir/licence"
  rm -rf --one-file-system "$work"
  say "    $name compiled in $((SECONDS - began)) s"
}

declare -A TOOL_DIRS=()

# build_tools: all of them, and our own C programs.
build_tools() {
  step "Small programs"
  local name
  for name in busybox crun dnsmasq dropbear e2fsprogs iptables openssh tini; do build_tool "$name"; done
  cached tool/own "$(hash_of "$ISO_DIR/tools" "$ISO_DIR/build/tool/common.sh" "$ISO_DIR/build/tool/own.sh" "=$(toolchain_id)")" compile_own
  TOOL_DIRS[own]=$ENTRY
  step_end
}

# compile_own DIR: iso/tools/NAME.c each become one static program.
compile_own() {
  local work
  work=$(work_folder)
  say "    compiling iso/tools"
  inchroot "$work" sh /iso/build/tool/own.sh >&2
  mv "$work/out" "$1/out"
  rm -rf --one-file-system "$work"
}
