# The user's scripts: boot.d on the config drive, in the order of their names, as root, after the
# data disk and the shares are there and before the engine starts.
# shellcheck shell=sh

BOOT_SCRIPT_SECONDS=60

run_boot_scripts() {
	local file status first
	for file in "$CONFIG"/boot.d/*; do
		[ -f "$file" ] || continue
		# Written on Windows perhaps: neither line ends nor a missing execute bit may break it.
		dos2unix "$file"
		chmod 0700 "$file"
		IFS= read -r -n 2 first <"$file"
		if [ "$first" = '#!' ]; then set -- "$file"; else set -- sh "$file"; fi
		(load_environment; exec timeout -k 5 "$BOOT_SCRIPT_SECONDS" "$@") </dev/null >>/var/log/boot.d.log 2>&1
		status=$?
		case $status in
		0) say "boot.d/${file##*/}" ;;
		124 | 137 | 143) complain "boot.d/${file##*/} took longer than $BOOT_SCRIPT_SECONDS s and was ended. Let it put its work in the background" ;;
		*) complain "boot.d/${file##*/} failed with status $status; its output is in /var/log/boot.d.log" ;;
		esac
	done
}
