#!/bin/sh
# Runs in the build chroot: compiles the image's own programs, iso/tools/*.c.
. /iso/build/tool/common.sh
use_musl
for source in /iso/tools/*.c; do
  [ -f "$source" ] || continue
  name=${source##*/}
  # shellcheck disable=SC2086
  $CC $CFLAGS -Wall -Wextra -Werror "$source" -o "/build/out/${name%.c}" $LDFLAGS
done
