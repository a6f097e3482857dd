# The data disk: everything that must survive a restart or a new image. It is found by what is on it,
# never by its place. A disk is written to only when /usr/libexec/b2d/data-disk calls it ours or blank.
# shellcheck shell=sh

# What the engine and the user keep, on the data disk, and where it belongs.
# $RUN/data exists when these places are usable; the engine starts only then.
use_data_disk() {
	mkdir -p "$DATA"
	find_data_disk
	if [ -n "$data_disk" ]; then
		check_data_disk "$data_disk" "$data_disk_kind" && mount_data_disk "$data_disk" || return 0
	elif [ -n "$blank_disk" ]; then
		format_data_disk "$blank_disk" && mount_data_disk "$blank_disk" || return 0
	elif [ -e "$CONFIG/ram-data" ]; then
		mount -t tmpfs -o mode=0755,size=75% tmpfs "$DATA" || return 0
		say "data in memory, as asked: images, containers and volumes are gone when this machine stops"
	else
		complain_about_no_disk
		return 0
	fi
	place_data
	: >"$RUN/data"
}

# find_data_disk: sets data_disk, else blank_disk and other_disks. Partitions count when they are
# ours already, but only a whole disk is ever formatted.
find_data_disk() {
	local path device kind
	data_disk='' blank_disk='' other_disks=''
	for path in /sys/class/block/vd* /sys/class/block/sd* /sys/class/block/nvme*; do
		device=/dev/${path##*/}
		[ -b "$device" ] || continue
		kind=$("$TOOLS/data-disk" kind "$device" 2>>"$RUN/data-disk.log")
		case $kind in
		data | damaged)
			data_disk=$device
			data_disk_kind=$kind
			return
			;;
		blank | unfinished)
			[ -e "$path/partition" ] || [ -n "$blank_disk" ] || blank_disk=$device
			;;
		*)
			[ -e "$path/partition" ] || other_disks="$other_disks $device"
			;;
		esac
	done
}

# format_data_disk DEVICE: formats; killed at any point, the next start begins it again (the mark).
# A blank virtual disk reads as zeros, so no inode table has to be written out.
format_data_disk() {
	if "$TOOLS/data-disk" mark "$1" 2>>"$RUN/data-disk.log" &&
		/sbin/mke2fs -q -F -t ext4 -L b2d-data -m 1 -E assume_storage_prezeroed=1,lazy_itable_init=1,lazy_journal_init=1,nodiscard "$1" >>"$RUN/data-disk.log" 2>&1 &&
		sync &&
		"$TOOLS/data-disk" unmark "$1" 2>>"$RUN/data-disk.log"; then
		say "data disk $1 formatted"
	else
		complain "the data disk $1 cannot be formatted ($(tail -n 1 "$RUN/data-disk.log")). Is the host's disk full?"
		return 1
	fi
}

# check_data_disk DEVICE KIND: an ext4 in which the kernel found errors is checked before it is used.
# A repair that might lose something is the user's to order: e2fsck -p does the safe ones alone, and
# ends with 0 or 1 when the file system is now sound.
check_data_disk() {
	[ "$2" = damaged ] || return 0
	if /sbin/e2fsck -p "$1" >>"$RUN/data-disk.log" 2>&1 || [ $? -eq 1 ]; then
		say "data disk $1 repaired"
	else
		complain "the data disk $1 is damaged, so the engine is not started. Copy the disk's file, then run 'e2fsck -fy $1' as root over SSH, then 'b2d restart'"
		return 1
	fi
}

# mount_data_disk DEVICE: mounts it, and grows the file system when the disk has grown. discard gives
# freed blocks back to the host's disk file.
mount_data_disk() {
	local options=errors=remount-ro,discard
	mount -t ext4 -o "$options" "$1" "$DATA" 2>>"$RUN/data-disk.log" || {
		check_data_disk "$1" damaged && mount -t ext4 -o "$options" "$1" "$DATA" 2>>"$RUN/data-disk.log"
	} || return 1
	say "data disk $1 mounted"
	case $("$TOOLS/data-disk" grow "$1" "$DATA" 2>>"$RUN/data-disk.log") in
	grown) say "data disk $1 grown" ;;
	esac
}

complain_about_no_disk() {
	if [ -n "$other_disks" ]; then
		complain "the disk$other_disks holds data that is not b2d's; it stays as it is, and the engine is not started. Give this machine a blank disk"
	else
		complain "no data disk, and the engine does not run in memory unless asked. Give this machine a blank disk of 64 MiB or more"
	fi
}

# place_data: engine, user and machine state at their usual paths.
place_data() {
	local pair
	for pair in docker:/var/lib/docker containerd:/var/lib/containerd b2d:/var/lib/b2d home:/home/docker; do
		mkdir -p "$DATA/${pair%%:*}" "${pair#*:}"
		mount --bind "$DATA/${pair%%:*}" "${pair#*:}"
	done
	chmod 0710 /var/lib/docker
	chmod 0700 /var/lib/b2d /home/docker
	chown docker:docker /home/docker
	# Entropy from the last run; read once, replaced at once, so that no two starts share it.
	[ ! -s /var/lib/b2d/random-seed ] || cat /var/lib/b2d/random-seed >/dev/urandom
	save_random_seed
}

save_random_seed() { (umask 077 && head -c 512 /dev/urandom >/var/lib/b2d/random-seed); }
