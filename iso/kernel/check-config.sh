#!/bin/sh
# check-config.sh CONFIG FRAGMENT...
# Fails, naming each one, when a demand of the fragments did not survive into the
# kernel's final CONFIG. Demands are "CONFIG_X=value" and "# CONFIG_X is not set".
set -eu

if [ $# -lt 2 ]; then
	echo "usage: check-config.sh CONFIG FRAGMENT..." >&2
	exit 2
fi

config=$1
shift

lost=$(awk '
	function option(line) { sub(/^# /, "", line); sub(/[= ].*/, "", line); return line }
	FNR == 1 { file++ }
	/^CONFIG_[A-Za-z0-9_]+=/ || /^# CONFIG_[A-Za-z0-9_]+ is not set$/ {
		if (file == 1) { final[option($0)] = $0; next }
		name = option($0)
		have = (name in final) ? final[name] : "# " name " is not set"
		if (have != $0) print "  asked: " $0 "   got: " have
	}
' "$config" "$@")

if [ -n "$lost" ]; then
	{
		echo "Kernel options that did not survive 'make olddefconfig' (a missing dependency, or renamed in this kernel):"
		echo "$lost"
	} >&2
	exit 1
fi
