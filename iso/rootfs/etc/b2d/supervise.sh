# Keeping a service running.
# shellcheck shell=sh

RESTARTS=5         # at most so many
RESTART_WINDOW=60  # in so many seconds; then the service stays down

# supervise NAME RUN [ANNOUNCE]: runs the function RUN, which ends with an exec, again and again,
# with its output in the system log. ANNOUNCE, a function, runs beside each start of it and says on
# the console when the service is ready. Returns when the machine stops or the limit is reached.
supervise() {
	local name=$1 run=$2 announce=${3:-} pid announcer='' status up rest first starts=''
	# Open at both ends here: a restart loses no line, and a dead logger is no SIGPIPE.
	mkfifo "$RUN/$name.log" && exec 3<>"$RUN/$name.log" 2>&3
	logger -t "$name" <"$RUN/$name.log" &
	while :; do
		"$run" >&3 2>&3 3>&- </dev/null &
		pid=$!
		echo "$pid" >"$RUN/$name.pid"
		if [ -n "$announce" ]; then
			"$announce" 3>&- &
			announcer=$!
		fi
		wait "$pid"
		status=$?
		[ ! -e "$RUN/stopping" ] || return 0
		[ -z "$announcer" ] || kill "$announcer" 2>/dev/null
		if [ -e "$RUN/$name.restart" ]; then # wanted: no failure, and no reason to wait
			rm -f "$RUN/$name.restart"
			continue
		fi
		read -r up rest </proc/uptime
		# The times of the last starts that failed, newest last.
		starts="$starts ${up%.*}"
		# shellcheck disable=SC2086
		set -- $starts
		if [ $# -gt "$RESTARTS" ]; then
			first=$1
			shift
			starts=$*
			if [ $((${up%.*} - first)) -le "$RESTART_WINDOW" ]; then
				complain "$name ended $((RESTARTS + 1)) times within $RESTART_WINDOW s and stays down: $(last_words "$name" "$status"). Repair that, then 'b2d restart'"
				rm -f "$RUN/$name.pid"
				return 1
			fi
		fi
		say "$name ended with status $status and is started again"
		sleep 1
	done
}

# restart_service NAME SECONDS: has its supervisor start it again.
restart_service() {
	[ -r "$RUN/$1.pid" ] || return 1
	: >"$RUN/$1.restart"
	stop_service "$1" "$2"
}

# last_words NAME STATUS: the last line it logged, without the log's own columns, for a hint of the cause.
last_words() {
	local words
	words=$(grep " $1: " /var/log/messages | tail -n 1 | cut -c 1-400)
	words=${words#* "$1": }
	echo "${words:-it ended with status $2}"
}

# stop_service NAME SECONDS: ends it with SIGTERM, and after so many seconds with SIGKILL.
stop_service() {
	local pid waited=0
	[ -r "$RUN/$1.pid" ] || return 0
	read -r pid <"$RUN/$1.pid"
	kill -TERM "$pid" 2>/dev/null || return 0
	while [ -d "/proc/$pid" ] && [ $waited -lt $(($2 * 20)) ]; do
		waited=$((waited + 1))
		sleep 0.05
	done
	[ -d "/proc/$pid" ] || return 0
	complain "$1 did not end within $2 s and is killed"
	kill -KILL "$pid" 2>/dev/null
}
