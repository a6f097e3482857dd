#!/bin/sh
# Runs in the build chroot: unpacks a Debian source into /build/src and applies Debian's patches.
# Usage: unpack.sh DIRECTORY-WITH-upstream.tar-AND-MAYBE-debian.tar
set -eu
tar -x -f "$1/upstream.tar" -C /build/src --strip-components=1
if [ -f "$1/debian.tar" ]; then
  tar -x -f "$1/debian.tar" -C /build/src
  cd /build/src
  if [ -f debian/patches/series ]; then
    grep -v -e '^#' -e '^[[:space:]]*$' debian/patches/series | while read -r name _; do
      patch -p1 --silent --no-backup-if-mismatch <"debian/patches/$name"
    done
  fi
  cp debian/copyright /build/licence
else
  cp /build/src/LICENSE /build/licence 2>/dev/null || cp /build/src/COPYING /build/licence
fi
