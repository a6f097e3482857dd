#!/bin/sh
# Runs in the build chroot: lays out the Go sources of the engine below /build/go (a GOPATH ahead of
# Debian's /usr/share/gocode) from the unpacked docker.io source in /build/source, with Debian's
# patches to the engine applied. Usage: prepare.sh
set -eu
source=/build/source
gopath=/build/go
debian_gopath=/usr/share/gocode
docker=$gopath/src/github.com/docker/docker

mv "$source"/*/engine "$source/engine"
python3 /iso/engine/debian_patches.py "$source/debian/patches" engine >/build/engine.patch
patch -d "$source" -p1 --no-backup-if-mismatch --silent </build/engine.patch
mkdir -p "${docker%/*}"
mv "$source/engine" "$docker"

# Debian's -dev package holds the same files, patched by Debian's own build: any difference means that
# a patch, perhaps a security fix, was lost on our way. (cliconfig is the docker client's, which Debian
# ships in the same package.)
shipped=$debian_gopath/src/github.com/docker/docker
(cd "$shipped" && find . -name cliconfig -prune -o -name '*.go' -type f -print) | while read -r file; do
  cmp -s "$shipped/$file" "$docker/$file" || { echo "prepare: $file differs from Debian's patched source" >&2; exit 1; }
done

# buildkit comes from Debian's -dev package, which was built from the same patched source: each of
# the patches must come off again, or it was not in.
mkdir /build/check
cp -R "$debian_gopath/src/github.com/moby/buildkit" /build/check/buildkit
python3 /iso/engine/debian_patches.py "$source/debian/patches" buildkit >/build/buildkit.patch
patch -d /build/check -p1 --reverse --dry-run --force </build/buildkit.patch >/build/check.log ||
  { cat /build/check.log; echo "prepare: Debian's buildkit package lacks a patch of docker.io" >&2; exit 1; }
rm -rf /build/check

# Modules that docker.io carries itself become visible to the other packages, which import them too.
# Debian's own package of a module comes first: that is where its fixes go.
(cd "$docker/vendor" && find . -name '*.go' -type f -printf '%h\n' | sort -u) | while read -r package; do
  package=${package#./}
  if [ ! -d "$debian_gopath/src/$package" ]; then
    mkdir -p "$gopath/src/$package"
    find "$docker/vendor/$package" -maxdepth 1 -type f -exec cp -p {} "$gopath/src/$package/" ';'
  fi
done
rm -rf "$docker/vendor"

# Without modules, Go takes ".../v2" imports for the module's own folder only in trees that have a
# go.mod, which these lack. Debian's buildkit is copied: its own folder cannot be written to.
mkdir -p "$gopath/src/github.com/moby"
cp -R "$debian_gopath/src/github.com/moby/buildkit" "$gopath/src/github.com/moby/buildkit"
for module in moby/buildkit moby/swarmkit moby/profiles container-storage-interface/spec \
  containerd/nydus-snapshotter containerd/stargz-snapshotter opencontainers/cgroups; do
  tree=$gopath/src/github.com/$module
  if [ -d "$tree" ] && [ ! -f "$tree/go.mod" ]; then echo "module github.com/$module" >"$tree/go.mod"; fi
done

# The two programs of docker.io become packages that main.go can call.
as_package() {
  find "$docker/cmd/$1" -maxdepth 1 -name '*_test.go' -delete
  sed -i -e "s/^package main\$/package $2/" -e 's/^func main() {$/func Main() {/' "$docker/cmd/$1"/*.go
  grep -q '^func Main() {$' "$docker/cmd/$1"/*.go || { echo "prepare: cmd/$1 has no main function" >&2; exit 1; }
}
as_package dockerd dockerd
as_package docker-proxy dockerproxy

mkdir -p "$gopath/src/b2d/engine"
cp /iso/engine/main.go "$gopath/src/b2d/engine/"
