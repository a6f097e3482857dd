# What listens on the host's loopback address answers at the address of the guest's gateway, unless
# `host-access` on the config drive is "off". VirtualBox then refuses it by itself; QEMU cannot.
# shellcheck shell=sh

HOST_ADDRESS=10.0.2.2 # the gateway in QEMU's user network and in VirtualBox's NAT; also in /etc/b2d/daemon and /etc/dnsmasq.conf
HOST_NAMES='host.docker.internal gateway.docker.internal' # Docker Desktop's; also in /etc/dnsmasq.conf

# name_host: for the guest's own programs and containers in its network; others ask the name server.
name_host() { printf '%s\t%s\n' "$HOST_ADDRESS" "$HOST_NAMES" >>/etc/hosts; }

# deny_host_access: refuses it to the guest and, by the chain that the engine keeps for the user's
# rules and leaves as it finds it, to containers. Only what begins here: connections of the host's
# NAT rules come from the same address, and DHCP has it too.
deny_host_access() {
	local setting=
	[ ! -r "$CONFIG/host-access" ] || read -r setting <"$CONFIG/host-access"
	[ "$setting" = off ] || return 0
	if iptables -A OUTPUT -d "$HOST_ADDRESS" -p udp --dport 67 -j ACCEPT &&
		iptables -A OUTPUT -d "$HOST_ADDRESS" -m conntrack --ctstate NEW -j REJECT &&
		iptables -N DOCKER-USER &&
		iptables -A DOCKER-USER -d "$HOST_ADDRESS" -m conntrack --ctstate NEW -j REJECT; then
		say "no access to the host's own services"
	else
		complain "the host's own services cannot be closed to containers. Stop this machine if that matters"
	fi
}
