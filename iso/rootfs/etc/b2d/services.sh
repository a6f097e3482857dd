# containerd and dockerd, started at once: dockerd does its own work while it waits for containerd.
# shellcheck shell=sh

ENGINE_PORT=2376
ENGINE_SOCKET=/var/run/docker.sock
ENGINE_SLOWEST_START=900 # seconds; an interpreting hypervisor took 300
ENGINE_STOP_SECONDS=60     # containers end within it

# start_log: the system log, 2 MiB and one old file; also /dev/log for containers' syslog driver.
start_log() { syslogd -n -O /var/log/messages -s 2048 -b 1 & }

start_engine() {
	[ -e "$RUN/data" ] || return 0
	# What Docker Desktop and systemd's units give: databases and search engines ask for more than 1024.
	ulimit -n 1048576
	ulimit -u unlimited
	supervise containerd run_containerd announce_containerd &
	wait_for_network
	supervise dockerd run_dockerd announce_engine &
}

run_containerd() {
	echo -999 >/proc/self/oom_score_adj
	load_environment
	exec containerd --config /etc/containerd/config.toml --log-level warn
}

run_dockerd() {
	# Nobody but this function starts dockerd, so a pid file is a dead one's; its number may be in use.
	rm -f /var/run/docker.pid
	echo -500 >/proc/self/oom_score_adj
	set -- --containerd=/run/containerd/containerd.sock --host="unix://$ENGINE_SOCKET" --group=docker
	if [ -s "$CONFIG/tls/ca.pem" ] && [ -s "$CONFIG/tls/server.pem" ] && [ -s "$CONFIG/tls/server-key.pem" ]; then
		set -- "$@" --host="tcp://0.0.0.0:$ENGINE_PORT" --tlsverify --tlscacert="$CONFIG/tls/ca.pem" \
			--tlscert="$CONFIG/tls/server.pem" --tlskey="$CONFIG/tls/server-key.pem"
	else
		complain "no TLS certificates on the config drive, so the engine opens no port. Start this machine with 'b2d up'"
	fi
	load_environment
	exec dockerd "$@"
}

announce_containerd() { say "containerd"; }

announce_engine() {
	if "$TOOLS/engine-ready" "$ENGINE_SOCKET" "$ENGINE_SLOWEST_START"; then
		open_loopback_ports
		say "engine"
	else
		complain "the engine does not answer; /var/log/messages says why"
	fi
}
