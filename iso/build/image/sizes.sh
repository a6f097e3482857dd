#!/bin/sh
# Runs in the build chroot after initramfs.sh: what each program takes of the initramfs, in /build/sizes:
# "compressed raw name". The small ones are compressed alone; the engine is what then remains of the whole.
set -eu
cd /build/root
engine=usr/bin/dockerd
rest=$(stat -c %s /build/initrd.img)
for file in bin/busybox usr/bin/crun usr/bin/docker-init usr/sbin/xtables-legacy-multi sbin/mke2fs sbin/e2fsck sbin/resize2fs \
  usr/sbin/dropbear usr/sbin/dnsmasq usr/libexec/sftp-server etc/ssl/certs/ca-certificates.crt usr/libexec/b2d/*; do
  [ -f "$file" ] || continue
  packed=$(zstd -q --single-thread --ultra -22 -c "$file" | wc -c)
  rest=$((rest - packed))
  echo "$packed $(stat -c %s "$file") $file"
done >/build/sizes.small
{ echo "$rest $(stat -c %s "$engine") $engine and scripts"; sort -rn /build/sizes.small; } >/build/sizes
