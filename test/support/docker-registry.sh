#!/usr/bin/env bash
# Prints the path of Debian's docker-registry, unpacked in the build cache: installed, it would run as a service.
set -Eeuo pipefail
ISO_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../iso" && pwd)
for part in lib cache host arch/amd64 packages; do
  # shellcheck source=/dev/null
  source "$ISO_DIR/build/$part.sh"
done
CACHE=$(cache_folder)
trap remove_work EXIT

program() { find "$CACHE/deb/docker-registry" -mindepth 4 -path '*/[0-9a-f]*/usr/bin/docker-registry' -print -quit 2>/dev/null || true; }

found=$(program) # any will do: the tests are not of the registry
if [ -z "$found" ]; then
  packages_refresh
  binary_package docker-registry
  found=$(program)
fi
echo "$found"
