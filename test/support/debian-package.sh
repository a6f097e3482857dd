#!/usr/bin/env bash
# debian-package.sh PACKAGE [SUITE]: prints the folder of the build cache in which the package's files are, fetched if need be: a program that, installed, would
# run as a service, or replace the user's own.
set -Eeuo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../bin/dev/debian-packages.sh"

PACKAGE_DIR=$(kept_entry "deb${2:+-$2}/$1") # any version will do: the tests are not of the package
if [ -z "$PACKAGE_DIR" ]; then
  packages_refresh
  if [ -n "${2:-}" ]; then suite_package "$1" "$2"; else binary_package "$1"; fi
fi
echo "$PACKAGE_DIR"
