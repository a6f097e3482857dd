# The address of the containers' name server, dnsmasq, which process 1 keeps running.
# shellcheck shell=sh

# Also in /etc/dnsmasq.conf and /etc/b2d/daemon/dns. The engine hands no loopback address to
# containers, and its bridges' addresses are settings; this one is of the hypervisor's network, which
# the host's own address needs anyway, and neither QEMU nor VirtualBox uses it.
NAME_SERVER=10.0.2.53

add_name_server_address() {
	ip addr add "$NAME_SERVER/32" dev lo || complain "containers find no names: the machine cannot have the address $NAME_SERVER. Start it with 'b2d restart'"
}
