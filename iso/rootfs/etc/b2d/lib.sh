# Shared by the scripts of /etc/b2d: messages on the console, places.
# shellcheck shell=sh disable=SC2034

export PATH=/bin:/sbin:/usr/bin:/usr/sbin

RUN=/run/b2d                 # what this boot knows; gone with it
CONFIG=$RUN/config           # the config drive's files
DATA=/mnt/data               # the data disk
TOOLS=/usr/libexec/b2d       # our own small programs

# say TEXT: one line on the console, which the host keeps: "b2d: SECONDS-SINCE-START TEXT".
# Both consoles are written to: the serial line for the log, the screen for a VM's window.
say() {
	local up rest line
	read -r up rest </proc/uptime
	line="b2d: $up $1"
	echo "$line" >/dev/console
	[ ! -c /dev/tty1 ] || echo "$line" >/dev/tty1
}

# complain TEXT: an error line; TEXT is a plain sentence that ends with the remedy.
complain() { say "error: $1"; }
