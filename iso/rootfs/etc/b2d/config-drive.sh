# The config drive: a plain tar on a DVD or disk, written by the host before every start. Its first
# member is a file named "b2d-config" whose contents are the format's version.
# shellcheck shell=sh

CONFIG_VERSION=1

# read_config_drive: unpacks it to $CONFIG, with the owner root and the modes 0600. Everything in
# it is optional for the start to go on; what its absence means is said on the console.
read_config_drive() {
	mkdir -m 0700 -p "$CONFIG"
	local device
	device=$(find_config_drive)
	if [ -z "$device" ]; then
		complain "no config drive: there are no keys and no certificates, so no SSH and no engine port. Start this machine with 'b2d up'"
		return
	fi
	if ! (umask 077 && tar -x -o -f "$device" -C "$CONFIG") 2>"$RUN/config-drive.log"; then
		forget_config_drive "the config drive $device is damaged"
	elif [ "$(cat "$CONFIG/b2d-config" 2>&1)" != "$CONFIG_VERSION" ]; then
		forget_config_drive "the config drive $device has a format that this image does not know (one of b2d and its image is too old)"
	else
		say "config drive $device"
	fi
}

# Half a config drive is worse than none: an engine port without its CA, or half a user's settings.
forget_config_drive() {
	rm -rf "$CONFIG"
	mkdir -m 0700 "$CONFIG"
	complain "$1, so there is no SSH and no engine port. 'b2d restart' writes it anew"
}

# find_config_drive: prints the device. DVDs first; a DVD drive may take a moment to appear.
find_config_drive() {
	local try device name
	for try in 1 2 3 4 5 6 7 8 9 10; do
		for device in /dev/sr* /dev/vd* /dev/sd*; do
			[ -b "$device" ] || continue
			name=
			IFS= read -r -n 10 name 2>/dev/null <"$device"
			if [ "$name" = b2d-config ]; then
				echo "$device"
				return
			fi
		done 2>/dev/null
		sleep 0.2
	done
}
