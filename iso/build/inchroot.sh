# shellcheck shell=bash
# Running a command inside the build chroot.

# inchroot WORKDIR COMMAND...: runs COMMAND in the Debian sid chroot (built on first use) with
# WORKDIR, writable, as /build (also the current directory and HOME) and the checkout's iso/ and the
# cache, read-only, as /iso and /cache. No network. Fails with the command's exit status.
#
# Everything is mounted in a namespace of its own: nothing of the machine's /dev or /proc is ever
# visible below the chroot's folder, so that removing the folder can touch nothing else.
# A build that is killed takes what runs in here along (run, --kill-child).
inchroot() {
  local work=$1; shift
  chroot_ready
  # The variables reach the inner shell as arguments, never spliced into its text.
  # shellcheck disable=SC2016
  run unshare --mount --propagation private --pid --fork --kill-child --net --uts --ipc \
    bash -euc '
      root=$1 work=$2 iso=$3 cache=$4; shift 4
      mount --bind "$root" "$root"
      mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
      for node in null:3 zero:5 full:7 random:8 urandom:9; do
        mknod -m 0666 "$root/dev/${node%:*}" c 1 "${node#*:}"
      done
      mknod -m 0666 "$root/dev/tty" c 5 0
      ln -s /proc/self/fd "$root/dev/fd"
      mkdir "$root/dev/shm"
      mount -t proc proc "$root/proc"
      mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
      mount -t tmpfs tmpfs "$root/run"
      mount --bind "$work" "$root/build"
      mount --bind "$iso" "$root/iso"; mount -o remount,bind,ro "$root/iso"
      mount --bind "$cache" "$root/cache"; mount -o remount,bind,ro "$root/cache"
      mount -o remount,bind,ro "$root"
      exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/build LC_ALL=C.UTF-8 \
        TZ=UTC SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" JOBS="$JOBS" \
        sh -c "cd /build && exec \"\$@\"" sh "$@"
    ' inchroot "$CHROOT" "$work" "$ISO_DIR" "$CACHE" "$@"
}
