# Folders of the host. `shares` on the config drive has a line for each: tag, mount point and
# options, separated by tabs. The kind of file system follows from which device offers the tag;
# the tag "hide" covers a folder within a share by an empty one.
# shellcheck shell=sh

mount_shares() {
	local tag point options tab
	tab=$(printf '\t')
	[ -r "$CONFIG/shares" ] || return 0
	while IFS=$tab read -r tag point options || [ -n "$tag" ]; do
		[ -z "$tag" ] || mount_share "$tag" "$point" "$options"
	done <"$CONFIG/shares"
}

# mount_share TAG POINT OPTIONS: a failing share is an error line; the start goes on.
mount_share() {
	local type own reason
	case $2 in
	/ | /../* | */../* | */.. | [!/]* | '')
		complain "the share $1 has no usable mount point ('$2'). Give an absolute path such as /Users/me"
		return
		;;
	esac
	type=$(share_type "$1")
	# vboxsf knows no owners: the SSH user owns what it sees. Its names are UTF-8, which is not this
	# kernel's default. 9p shows the host's own numbers, and caches nothing: with cache=mmap a file that
	# a container holds open, or has mounted alone, kept the contents of its first reading (6.12).
	case $type in
	9p) own=trans=virtio,version=9p2000.L,msize=512000,cache=none ;;
	vboxsf) own=uid=1000,gid=1000,nls=utf8 ;;
	ramfs) own=ro,mode=0555 ;;
	*) own=rw ;;
	esac
	if ! reason=$(mkdir -p "$2" 2>&1 && mount -t "$type" -o "$own${3:+,$3}" "$1" "$2" 2>&1); then
		rmdir "$2" 2>/dev/null
		complain "the share $1 cannot be mounted on $2 (${reason##*: }). Is the folder still shared by this machine?"
	else
		say "share $1 on $2"
	fi
}

share_type() {
	local file
	[ "$1" != hide ] || { echo ramfs; return; }
	for file in /sys/bus/virtio/drivers/9pnet_virtio/*/mount_tag; do
		[ ! -r "$file" ] || [ "$(tr -d '\0' <"$file")" != "$1" ] || { echo 9p; return; }
	done
	for file in /sys/fs/virtiofs/*/tag; do
		[ ! -r "$file" ] || [ "$(cat "$file")" != "$1" ] || { echo virtiofs; return; }
	done
	if [ -c /dev/vboxguest ]; then echo vboxsf; else echo 9p; fi
}
