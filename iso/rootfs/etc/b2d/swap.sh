# The swap file on the data disk.
# shellcheck shell=sh

# use_swap: `swap` on the config drive is its size in MiB, 0 for none. Without it: as much as there
# is memory, 1024 MiB at most, if that takes no more than a quarter of the free room.
use_swap() {
	local file=$DATA/swapfile wanted have=0 free
	grep -q " $DATA ext4 " /proc/mounts || return 0
	[ ! -f "$file" ] || have=$(($(stat -c %s "$file") / 1048576))
	wanted=$(swap_size_asked)
	if [ -z "$wanted" ]; then
		wanted=$(default_swap_size)
		free=$(($(df -m "$DATA" | awk 'NR == 2 { print $4 }') + have))
		[ $((wanted * 4)) -le "$free" ] || wanted=0
	fi
	[ "$wanted" -eq "$have" ] || rm -f "$file"
	[ "$wanted" -gt 0 ] || return 0
	if [ ! -f "$file" ] && ! make_swap_file "$file" "$wanted"; then
		rm -f "$file.part"
		complain "no room for a swap file of $wanted MiB on the data disk. Make the disk larger or the swap smaller"
		return 0
	fi
	if ! swapon "$file"; then
		rm -f "$file"
		complain "the swap file cannot be used; 'b2d restart' makes it anew"
	fi
}

# Written beside and renamed: a start that is cut off leaves no half swap file.
make_swap_file() {
	rm -f "$1.part"
	(umask 077 && fallocate -l "$(($2 * 1048576))" "$1.part") && mkswap "$1.part" >/dev/null && mv "$1.part" "$1"
} 2>/dev/null

swap_size_asked() {
	local size=
	[ ! -r "$CONFIG/swap" ] || read -r size <"$CONFIG/swap"
	case $size in
	'' | *[!0-9]*) ;;
	*) echo "$size" ;;
	esac
}

default_swap_size() {
	local key kib rest
	while read -r key kib rest; do
		[ "$key" = MemTotal: ] || continue
		[ "$kib" -lt 1048576 ] && echo $((kib / 1024)) || echo 1024
		return
	done </proc/meminfo
}
