# SSH: public keys only, with the host key that the host made, so that it can be pinned.
# shellcheck shell=sh

start_sshd() {
	local keys=$RUN/ssh
	if [ ! -s "$CONFIG/ssh/host_ed25519" ] || [ ! -s "$CONFIG/authorized_keys" ]; then
		[ ! -e "$CONFIG/b2d-config" ] || complain "no SSH keys on the config drive, so no SSH. Start this machine with 'b2d up'"
		return 0
	fi
	mkdir -p "$keys"
	# One list for every user; readable to all, since sshd reads it as the user who logs in.
	cat "$CONFIG/authorized_keys" >"$keys/authorized_keys"
	if ! (umask 077 && dropbearconvert openssh dropbear "$CONFIG/ssh/host_ed25519" "$keys/host_key") >"$RUN/ssh.log" 2>&1; then
		complain "the SSH host key on the config drive is unreadable, so no SSH. 'b2d restart' writes it anew"
		return 0
	fi
	supervise sshd run_sshd announce_sshd &
}

# -F foreground, -E errors to the log, -s no passwords, -D where the keys are, -K keep-alive: a
# laptop's dead connections go away.
run_sshd() {
	echo -900 >/proc/self/oom_score_adj
	exec dropbear -F -E -s -K 60 -D "$RUN/ssh" -r "$RUN/ssh/host_key" -p 22
}

announce_sshd() { say "sshd"; }
