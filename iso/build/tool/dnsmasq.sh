#!/bin/sh
# dnsmasq: the name server of containers, without its DHCP, TFTP, boot and zone parts.
. /iso/build/tool/common.sh
use_musl
cd /build/src
without=
for part in DHCP DHCP6 TFTP SCRIPT AUTH IPSET NFTSET CONNTRACK DNSSEC ID DUMPFILE; do without="$without -DNO_$part"; done
quietly make -j"$JOBS" CC="$CC" CFLAGS="$CFLAGS" LDFLAGS="$LDFLAGS" COPTS="$without"
install -m 755 src/dnsmasq /build/out/
