#!/bin/sh
# enter ROOT FOLDER ARGUMENT...: VBoxManage in the root of install.sh, called by unshare in a mount namespace of its own: what is
# mounted here is gone with it, and nothing of the machine's /dev can be reached by deleting ROOT. /tmp is the machine's own, so machines,
# images and logs are to be below it.
root=$1 folder=$2
shift 2
mount -t proc proc "$root/proc" && mount --bind /tmp "$root/tmp" && mount -t tmpfs tmpfs "$root/dev/shm" || {
  echo "VBoxManage: file systems cannot be mounted for the test's VirtualBox; are you root?" >&2
  exit 125
}
# Each VBOX_TEST_USER has a VBoxSVC of its own: VBOX_IPC_SOCKETID names its socket (else the user's entry in passwd does, which is one for all).
exec chroot "$root" /usr/bin/env -i HOME=/root LANG="${LC_ALL:-C.UTF-8}" PATH=/usr/bin:/bin:/usr/sbin:/sbin \
  VBOX_IPC_SOCKETID="${VBOX_TEST_USER:-root}" LOGNAME="${VBOX_TEST_USER:-root}" USER="${VBOX_TEST_USER:-root}" VBOX_USER_HOME="${VBOX_USER_HOME:-/tmp/b2d-test-virtualbox}" \
  /bin/sh -c 'cd "$0" 2>/dev/null || cd /; exec /usr/lib/virtualbox/VBoxManage "$@"' "$folder" "$@"
