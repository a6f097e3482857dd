#!/bin/sh
# busybox: the shell and the userland. Upstream's default set of applets, less what has no use here.
. /iso/build/tool/common.sh
use_musl
cd /build/src
quietly make defconfig
# shellcheck disable=SC2013
for name in $(grep -v '^#' /iso/build/tool/busybox.off); do
  grep -q "^CONFIG_$name=y" .config || { echo "busybox has no option $name any more: see iso/build/tool/busybox.off" >&2; exit 1; }
  sed -i "s/^CONFIG_$name=y/# CONFIG_$name is not set/" .config
done
sed -i -e 's/^# CONFIG_STATIC is not set/CONFIG_STATIC=y/' -e 's/^CONFIG_PREFIX=.*/CONFIG_PREFIX="\/build\/install"/' \
  -e "s|^CONFIG_EXTRA_CFLAGS=.*|CONFIG_EXTRA_CFLAGS=\"-isystem /build/kernel-headers -Wno-incompatible-pointer-types\"|" .config
yes '' | make oldconfig >>/build/log 2>&1
# The version banner carries the time of the build.
quietly make -j"$JOBS" CC=musl-gcc KCONFIG_NOTIMESTAMP=1 SKIP_STRIP=n
install -m 755 busybox /build/out/
./busybox --list >/build/out/busybox.applets
