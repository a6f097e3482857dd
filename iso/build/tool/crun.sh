#!/bin/sh
# crun: the OCI runtime. With glibc, as Debian has libseccomp and libcap for no other.
. /iso/build/tool/common.sh
cd /build/src
quietly ./configure --disable-systemd --disable-criu --disable-dl --enable-embedded-yajl
quietly make -j"$JOBS" LDFLAGS="-all-static $LDFLAGS"
install -m 755 crun /build/out/
