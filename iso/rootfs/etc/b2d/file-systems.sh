# Pseudo file systems, control groups, kernel settings.
# shellcheck shell=sh

mount_pseudo_file_systems() {
	mount -t proc -o nosuid,nodev,noexec proc /proc
	mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
	mount -t devtmpfs -o nosuid,noexec,mode=0755 devtmpfs /dev
	mkdir -p /dev/pts /dev/shm /dev/mqueue
	mount -t devpts -o nosuid,noexec,gid=5,mode=0620,ptmxmode=0666 devpts /dev/pts
	mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs /dev/shm
	mount -t mqueue -o nosuid,nodev,noexec mqueue /dev/mqueue
	mount -t tmpfs -o nosuid,nodev,mode=0755 tmpfs /run
	ln -s /proc/self/fd /dev/fd
	ln -s fd/0 /dev/stdin
	ln -s fd/1 /dev/stdout
	ln -s fd/2 /dev/stderr
	mkdir -p /run/lock "$RUN"
	mount_control_groups
}

# One hierarchy, version 2. nsdelegate keeps a container in its own subtree; all controllers are
# handed down, so that the engine finds them without asking. The services get a group of their own:
# dockerd looks at the one it runs in to learn which limits there are, and the root group has none.
mount_control_groups() {
	mount -t cgroup2 -o nosuid,nodev,noexec,nsdelegate,memory_recursiveprot cgroup2 /sys/fs/cgroup
	local controller controllers
	read -r controllers </sys/fs/cgroup/cgroup.controllers
	for controller in $controllers; do
		echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control
	done
	mkdir /sys/fs/cgroup/services
	echo $$ >/sys/fs/cgroup/services/cgroup.procs
}

# propagate_mounts: as under systemd, so that `docker run -v SOURCE:TARGET:rshared` works. To be done
# after the data disk's places are bound: mounts bound later would show each other's mounts.
propagate_mounts() { mount --make-rshared /; }

# /etc/sysctl.conf without a process for each line.
tune_kernel() {
	local key value
	while IFS='= ' read -r key value; do
		case $key in
		[a-z]*) [ ! -e "/proc/sys/$key" ] || echo "$value" >"/proc/sys/$key" ;;
		esac
	done </etc/sysctl.conf
	ip link set lo up
}
