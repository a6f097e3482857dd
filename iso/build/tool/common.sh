# shellcheck shell=sh
# Sourced by every script of this folder, which runs in the build chroot: compiles one program of the
# image from /build/src into /build/out, small and static.
set -eu

mkdir -p /build/out
# Size first: none of these programs is in a hot path. Hardened all the same: what parses the network's or a
# container's input keeps its stack protector. Paths in the binaries must not depend on where they were built.
export CFLAGS="-Os -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables -fmerge-all-constants -fstack-protector-strong -ffile-prefix-map=/build/src=."
export LDFLAGS="-static -Wl,--gc-sections -Wl,-z,norelro -Wl,--hash-style=gnu -Wl,--build-id=none -s"

# use_musl: compiles against musl instead of glibc, a tenth of its size in a static program. Debian's
# musl has no kernel headers of its own.
use_musl() {
  mkdir -p /build/kernel-headers
  for dir in linux asm-generic mtd; do ln -sfn "/usr/include/$dir" "/build/kernel-headers/$dir"; done
  ln -sfn "/usr/include/$(gcc -dumpmachine)/asm" /build/kernel-headers/asm
  export CC=musl-gcc
  CFLAGS="$CFLAGS -isystem /build/kernel-headers"
}

# quietly COMMAND...: its output goes to /build/log, the end of which is shown when it fails.
quietly() { "$@" >>/build/log 2>&1 || { tail -n 40 /build/log >&2; exit 1; }; }
