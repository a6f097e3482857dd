#!/bin/sh
# Runs systemd's manager of a user's units, as a login does, apart from the systemd of this computer, where there is one: with a control group of its own, and a /run of its own, by
# which it believes that the computer was booted with systemd. Ends when the manager does (SIGTERM is its orderly end). As root; XDG_RUNTIME_DIR and XDG_CONFIG_HOME say whose units.
set -eu
groups=$XDG_RUNTIME_DIR/groups
mkdir -p "$groups"
mount -t cgroup2 cgroup2 "$groups"
group=$groups/b2d-test-$$
mkdir "$group"
sh -c 'echo $$ > "$0/cgroup.procs" && exec unshare --cgroup sh -c "$1"' "$group" '
  set -eu
  mount -t tmpfs tmpfs /run
  mkdir -p /run/systemd/system
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  exec /lib/systemd/systemd --user --log-target=console
' &
manager=$!
trap 'kill "$manager"' TERM
code=0
until wait "$manager"; do code=$?; kill -0 "$manager" 2>/dev/null || break; done
# What outlives the manager does not outlive the user's session either.
for child in $(find "$group" -name cgroup.procs -exec cat {} +); do kill -9 "$child" || true; done
until find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; do sleep 0.1; done
exit 0
