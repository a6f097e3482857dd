# Network: DHCP on every Ethernet card.
# shellcheck shell=sh

start_network() {
	local path
	for path in /sys/class/net/eth*; do
		[ -e "$path" ] || {
			complain "no network card: give this machine one with NAT"
			return
		}
		udhcpc -f -S -i "${path##*/}" -t 5 -T 2 -A 3 -x "hostname:$(hostname)" -s /etc/b2d/dhcp-event >/dev/null 2>&1 &
	done
}

# wait_for_network: until the first address, 10 s at most. Swarm looks for its own address when the
# engine starts, and gives up when it is missing.
wait_for_network() {
	local try=0
	[ -e /sys/class/net/eth0 ] || return
	while [ ! -e "$RUN/network" ] && [ $try -lt 200 ]; do
		try=$((try + 1))
		sleep 0.05
	done
}
