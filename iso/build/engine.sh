# shellcheck shell=bash
# The engine: dockerd, containerd, its shim and docker-proxy, compiled from Debian's sources.

# build_engine: sets ENGINE (the binary), ENGINE_PACKAGES (the Debian packages compiled into it),
# DOCKER_VERSION and CONTAINERD_VERSION (upstream) and DOCKER_DEBIAN_VERSION, CONTAINERD_DEBIAN_VERSION.
build_engine() {
  step "Engine"
  DOCKER_DEBIAN_VERSION=$(chroot_version golang-github-docker-docker-dev)
  CONTAINERD_DEBIAN_VERSION=$(chroot_version golang-github-containerd-containerd-dev)
  DOCKER_VERSION=${DOCKER_DEBIAN_VERSION%%[+~-]*}
  CONTAINERD_VERSION=${CONTAINERD_DEBIAN_VERSION%%[+~-]*}
  # The programs' main packages are only in the source package; its version must be the libraries'.
  source_package docker.io exact "$DOCKER_DEBIAN_VERSION"
  cached engine "$(hash_of "$ISO_DIR/engine" "=$(versions_matching 'golang-.*|dh-golang')" "=$SOURCE_VERSION" "=$SOURCE_DATE_EPOCH" "=$ARCH ${ARCH_GO_ENV[*]}")" \
    compile_engine "$SOURCE_DIR"
  ENGINE=$ENTRY/engine ENGINE_PACKAGES=$ENTRY/packages
  note_source docker.io "$DOCKER_DEBIAN_VERSION" yes "$ENTRY/licence"
  step_end "dockerd $DOCKER_VERSION, containerd $CONTAINERD_VERSION, $(size_of "$ENGINE") bytes"
}

# chroot_version PACKAGE: its resolved version in the chroot.
chroot_version() { versions_matching "$1" | cut -d= -f2; }

compile_engine() {
  local dir=$1 source=$2 work
  work=$(work_folder)
  mkdir "$work/source"
  say "    compiling (4 minutes on two cores)"
  tar -x -f "$source/upstream.tar" -C "$work/source"
  tar -x -f "$source/debian.tar" -C "$work/source"
  inchroot "$work" sh /iso/engine/prepare.sh >&2
  inchroot "$work" env "${ARCH_GO_ENV[@]}" sh /iso/engine/compile.sh \
    "$DOCKER_VERSION" "$DOCKER_DEBIAN_VERSION" "$CONTAINERD_VERSION" "$CONTAINERD_DEBIAN_VERSION" >&2
  mv "$work/engine" "$work/packages" "$dir/"
  cp "$work/source/debian/copyright" "$dir/licence"
  rm -rf --one-file-system "$work"
}
