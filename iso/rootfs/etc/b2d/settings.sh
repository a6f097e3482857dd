# Settings from the config drive that are neither disks nor services.
# shellcheck shell=sh

IMAGE_DAEMON=/etc/b2d/daemon # the image's own settings of the engine

set_hostname() {
	local name=
	[ ! -r "$CONFIG/hostname" ] || read -r name <"$CONFIG/hostname"
	case $name in
	'' | *[!A-Za-z0-9.-]* | [.-]*) name=b2d ;;
	esac
	hostname "$name"
	echo "$name" >/etc/hostname
	printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\t%s\n' "$name" >/etc/hosts
}

# trust_certificates: the user's own CAs beside Mozilla's, for the engine's pulls, pushes and builds.
# Programs read the file once, when they start.
trust_certificates() {
	local bundle=/etc/ssl/certs/ca-certificates.crt mozilla=/etc/ssl/mozilla.crt file
	set -- "$CONFIG"/ca-certificates/*.pem
	[ -e "$1" ] || set --
	[ $# -gt 0 ] || [ -e "$mozilla" ] || return 0
	[ -e "$mozilla" ] || cp -p "$bundle" "$mozilla"
	{
		cat "$mozilla"
		for file; do
			echo
			cat "$file"
		done
	} >"$bundle.new"
	chmod 0644 "$bundle.new"
	mv "$bundle.new" "$bundle"
}

# load_environment: KEY=VALUE lines (the proxy's) for containerd, dockerd and boot scripts, each in a
# process of its own: what a later drive does not name is not inherited. Nothing in a value is expanded.
load_environment() {
	local line
	[ -r "$CONFIG/environment" ] || return 0
	while IFS= read -r line || [ -n "$line" ]; do
		case ${line%%=*} in
		'' | [0-9]* | *[!A-Za-z0-9_]*) ;;
		*) [ "${line%%=*}" = "$line" ] || export "$line" ;;
		esac
	done <"$CONFIG/environment"
}

# write_daemon_json FILE: the engine's settings. The image's are in $IMAGE_DAEMON, the host's in
# "daemon" on the config drive; each is a file that has the name of its key and holds the JSON of its
# value, so that nothing has to be parsed. The host's file takes the place of the image's file or
# folder of that name; its folder (features/NAME) is merged into the image's.
write_daemon_json() {
	local merged=$RUN/daemon file old
	rm -rf "$merged"
	cp -r "$IMAGE_DAEMON" "$merged"
	for file in "$CONFIG"/daemon/*; do
		[ -e "$file" ] || continue
		old=$merged/${file##*/}
		[ -d "$file" ] && [ -d "$old" ] || rm -rf "$old"
		cp -r "$file" "$merged/"
	done
	mkdir -p "${1%/*}"
	(umask 077 && print_json "$merged" >"$1.new") && mv "$1.new" "$1"
}

# print_json FOLDER: the object that a folder of values means.
print_json() {
	local file comma=
	printf '{'
	for file in "$1"/*; do
		[ -e "$file" ] || continue
		printf '%s"%s": ' "$comma" "${file##*/}"
		if [ -d "$file" ]; then print_json "$file"; else cat "$file"; fi
		comma=,
	done
	echo '}'
}

# offer_debug_shell: a root shell on the console, only with the boot option b2d.shell.
offer_debug_shell() {
	local word
	# shellcheck disable=SC2013
	for word in $(cat /proc/cmdline); do
		[ "$word" != b2d.shell ] || setsid -c sh -c 'while :; do sh -l; done' </dev/console >/dev/console 2>&1 &
	done
}
