#!/usr/bin/env bash
# Prints a folder with Debian's newest docker client: bin/docker, and config/ with its compose and buildx plugins
# (to be used as DOCKER_CONFIG). Kept in the build cache.
set -Eeuo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/debian-packages.sh"

newest=$(kept_entry client)
if [ -n "$newest" ]; then echo "$newest"; exit; fi # any will do: the tests are not of the client

assemble() {
  mkdir -p "$1/bin" "$1/config/cli-plugins"
  cp "$CLI/usr/bin/docker" "$1/bin/"
  find "$COMPOSE" "$BUILDX" -name 'docker-compose' -o -name 'docker-buildx' -type f -path '*cli-plugins*' | while IFS= read -r plugin; do
    [ -f "$plugin" ] && cp "$plugin" "$1/config/cli-plugins/"
  done
  echo '{}' >"$1/config/config.json"
  "$1/bin/docker" --version >&2
}

packages_refresh
binary_package docker-cli; CLI=$PACKAGE_DIR version=$PACKAGE_VERSION
binary_package docker-compose; COMPOSE=$PACKAGE_DIR version+=$PACKAGE_VERSION
binary_package docker-buildx; BUILDX=$PACKAGE_DIR version+=$PACKAGE_VERSION
cached client "$(hash_of "=$version" "${BASH_SOURCE[0]}")" assemble
echo "$ENTRY"
