# Settings from the config drive that are neither disks nor services.
# shellcheck shell=sh

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

# trust_certificates: the user's own CAs, for the engine's pulls, pushes and builds.
trust_certificates() {
	local file
	for file in "$CONFIG"/ca-certificates/*.pem; do
		[ -f "$file" ] || continue
		echo
		cat "$file"
	done >>/etc/ssl/certs/ca-certificates.crt
}

# load_environment: KEY=VALUE lines (the proxy's) for containerd, dockerd and boot scripts. Values
# are taken as they are: nothing in them is expanded.
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

# offer_debug_shell: a root shell on the console, only with the boot option b2d.shell.
offer_debug_shell() {
	local word
	# shellcheck disable=SC2013
	for word in $(cat /proc/cmdline); do
		[ "$word" != b2d.shell ] || setsid -c sh -c 'while :; do sh -l; done' </dev/console >/dev/console 2>&1 &
	done
}
