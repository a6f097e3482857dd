#!/bin/sh
# iptables and ip6tables, the legacy kind: a Docker guest needs no nftables beside it.
. /iso/build/tool/common.sh
use_musl
cd /build/src
quietly ./configure --enable-static --disable-shared --disable-nftables --disable-bpf-compiler --disable-nfsynproxy \
  --disable-connlabel --disable-devel --disable-libipq CFLAGS="$CFLAGS -D__UAPI_DEF_ETHHDR=0"
for folder in libiptc libxtables extensions iptables; do
  quietly make -j"$JOBS" -C "$folder" LDFLAGS="-all-static $LDFLAGS"
done
install -m 755 iptables/xtables-legacy-multi /build/out/
