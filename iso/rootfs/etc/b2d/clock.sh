# The clock at start. The kernel has set it from the hardware clock already; the config drive says
# what time the host had when it wrote the drive, a little before this moment.
# shellcheck shell=sh

# A hardware clock that is further ahead of the host's note than a slow start explains is in another
# time zone (never less than 15 minutes off) or plain wrong.
CLOCK_SLOWEST_START=600

# set_clock: steps the clock to the host's when the hardware clock differs from it by more than the
# start can explain, and notes by how much the hardware clock is off, for follow-clock.
set_clock() {
	local host rtc up rest offset=0
	host=$(cat "$CONFIG/time" 2>/dev/null)
	rtc=$(cat /sys/class/rtc/rtc0/since_epoch 2>/dev/null)
	case $host in
	'' | *[!0-9]*) ;;
	*)
		read -r up rest </proc/uptime
		host=$((host + ${up%.*}))
		if [ -z "$rtc" ] || [ "$rtc" -lt $((host - 2)) ] || [ "$rtc" -gt $((host + CLOCK_SLOWEST_START)) ]; then
			date -u -s "@$host" >/dev/null
			[ -z "$rtc" ] || offset=$((host - rtc))
			say "clock set to $(date -u '+%Y-%m-%dT%H:%M:%SZ') (the hardware clock was off by $((-offset)) s)"
		fi
		;;
	esac
	echo "$offset" >"$RUN/clock-offset"
}
