#!/bin/sh
# mke2fs, e2fsck and resize2fs, for the data disk.
. /iso/build/tool/common.sh
use_musl
cd /build/src
quietly ./configure --disable-nls --disable-fuse2fs --disable-debugfs --disable-imager --disable-defrag --disable-uuidd \
  --disable-tdb --disable-bmap-stats --disable-testio-debug --disable-mmp --disable-fsck --disable-e2initrd-helper \
  --disable-libuuid --enable-libblkid --enable-libuuid
quietly make -j"$JOBS" libs
quietly make -j"$JOBS" -C misc mke2fs
quietly make -j"$JOBS" -C e2fsck e2fsck
quietly make -j"$JOBS" -C resize resize2fs
install -m 755 -s misc/mke2fs e2fsck/e2fsck resize/resize2fs /build/out/
