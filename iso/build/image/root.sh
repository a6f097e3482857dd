#!/bin/sh
# Runs in the build chroot: lays out the image's root file system below /build/root.
# /build/inputs names the parts: the engine, each tool's folder, the CA bundle, the version.
set -eu
. /build/inputs
root=/build/root
put() { install -D -m 755 "$1" "$root$2"; } # put FILE PATH
link() { # link TARGET PATH...: symbolic links, all to the same target
  target=$1; shift
  for path in "$@"; do ln -s "$target" "$root$path"; done
}

mkdir -p "$root"
cd "$root"
mkdir -p bin sbin usr/bin usr/sbin usr/libexec/b2d usr/lib etc/docker etc/ssl/certs proc sys dev run home/docker mnt opt srv \
  var/lib/docker var/lib/containerd var/lib/b2d var/log var/tmp lib/modules
mkdir -m 1777 tmp
chmod 1777 var/tmp
mkdir -m 700 root
chown 1000:1000 home/docker
link ../run /var/run
link ../run/lock /var/lock
link /proc/mounts /etc/mtab
# The kernel opens these before init has mounted anything.
mknod -m 600 dev/console c 5 1
mknod -m 666 dev/null c 1 3

put "$TOOL_busybox/busybox" /bin/busybox
while read -r applet; do [ "$applet" = busybox ] || link busybox "/bin/$applet"; done <"$TOOL_busybox/busybox.applets"

put "$ENGINE" /usr/bin/dockerd
for name in containerd containerd-shim-runc-v2 docker-proxy; do ln usr/bin/dockerd "usr/bin/$name"; done
put "$TOOL_crun/crun" /usr/bin/crun
link crun /usr/bin/runc
put "$TOOL_tini/tini" /usr/bin/docker-init
put "$TOOL_dnsmasq/dnsmasq" /usr/sbin/dnsmasq

put "$TOOL_iptables/xtables-legacy-multi" /usr/sbin/xtables-legacy-multi
for name in iptables ip6tables; do link xtables-legacy-multi "/usr/sbin/$name" "/usr/sbin/$name-save" "/usr/sbin/$name-restore"; done
for name in mke2fs e2fsck resize2fs; do put "$TOOL_e2fsprogs/$name" "/sbin/$name"; rm -f "bin/$name"; done
rm -f bin/mkfs.ext2
link mke2fs /sbin/mkfs.ext4
link e2fsck /sbin/fsck.ext4
put "$TOOL_dropbear/dropbearmulti" /usr/sbin/dropbear
link ../sbin/dropbear /usr/bin/dropbearkey /usr/bin/dropbearconvert /usr/bin/scp
put "$TOOL_openssh/sftp-server" /usr/libexec/sftp-server
for program in "$TOOL_own"/*; do
  if [ -f "$program" ]; then put "$program" "/usr/libexec/b2d/${program##*/}"; fi
done

find "$CA_CERTIFICATES" -name '*.crt' -type f | LC_ALL=C sort | xargs -d '\n' cat >etc/ssl/certs/ca-certificates.crt

# The files that are the image's own come last and win over the links above.
(cd /iso/rootfs && find . -mindepth 1 \( -type f -o -type l \) -print) | while read -r name; do
  rm -f "$root/$name"
  mkdir -p "$root/${name%/*}"
  cp -P --no-preserve=all "/iso/rootfs/$name" "$root/$name"
  if [ ! -L "$root/$name" ]; then
    if [ -x "/iso/rootfs/$name" ]; then chmod 755 "$root/$name"; else chmod 644 "$root/$name"; fi
  fi
done
cat >etc/os-release <<OS
ID=b2d
NAME=b2d
PRETTY_NAME="b2d $VERSION"
VERSION_ID=$VERSION
OS
