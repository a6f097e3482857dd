# Ports published on 127.0.0.1.
# shellcheck shell=sh

# open_loopback_ports: `docker run -p 127.0.0.1:8080:80` publishes on the guest's own loopback, and
# what the host's NAT rules bring in arrives at the card. So what comes from the gateway, as all that
# a NAT rule of the host's loopback brings in does, and is no other rule's goes on to 127.0.0.1,
# where docker-proxy answers. The rule must stand behind the engine's own, which sees to
# published ports more quickly, and the engine appends its own anew when it starts.
open_loopback_ports() {
	local gateway
	gateway=$(ip -4 route show default dev eth0 | sed -n 's/^default via \([0-9.]*\).*/\1/p')
	[ -n "$gateway" ] || return 0
	echo 1 >/proc/sys/net/ipv4/conf/eth0/route_localnet
	set -- PREROUTING -i eth0 -s "$gateway" -m addrtype --dst-type LOCAL -j DNAT --to-destination 127.0.0.1
	while iptables -w -t nat -D "$@" 2>/dev/null; do :; done
	iptables -w -t nat -A "$@" || complain "ports published on 127.0.0.1 cannot be reached from the host"
}
