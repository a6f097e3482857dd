# shellcheck shell=bash
# Shared by every step: messages, time keeping, hashing. Sourced by iso/build.sh, which sets
# ISO_DIR (the checkout's iso/), CACHE (the build cache) and the shell's strict mode.

# say TEXT...: one progress line on stderr (stdout carries results only).
say() { printf '%s\n' "$*" >&2; }

# fail WHAT [CAUSE] [COMMAND]: ends the build with a message that says what to type next.
fail() {
  say "build-iso: error: $1"
  [ -n "${2:-}" ] && say "  cause: $2"
  [ -n "${3:-}" ] && say "  try:   $3"
  exit 1
}

STEP_NAME= STEP_START=0
declare -a STEP_TIMES=()

# step TEXT: begins a step; step_end [NOTE] closes it and prints the seconds it took.
step() { STEP_NAME=$1 STEP_START=$SECONDS; say "==> $1"; }
step_end() {
  local took=$((SECONDS - STEP_START))
  STEP_TIMES+=("$took"$'\t'"$STEP_NAME")
  say "    done in ${took} s${1:+ ($1)}"
}

# run COMMAND...: a long command whose end a signal to the build does not wait for. The kernel kills it
# when this shell dies, however that dies.
run() { setpriv --pdeathsig KILL "$@" & wait "$!"; }

# hash_of ITEM...: 32 hex digits over the given items, in order. An item that starts with '=' is
# text; any other is a file or a directory, whose relative names, modes and contents all count. Prints
# nothing when one is missing.
hash_of() {
  local item lines
  lines=$(
    for item in "$@"; do
      case $item in
        =*) printf 'text %s\n' "${item#=}" ;;
        *)
          [ -e "$item" ] || fail "the build reads $item, which is not there" "an incomplete checkout" "git status"
          hash_tree "$item"
          ;;
      esac
    done
  ) || return
  sha256sum <<<"$lines" | cut -c1-32
}

# hash_tree PATH: one line for each file and link below PATH: name, executable or not, digest.
# Modes are reduced to the execute bit, the only one that git keeps.
hash_tree() {
  local base=$1 name
  if [ -f "$base" ]; then printf 'file %s %s\n' "${base##*/}" "$(digest "$base")"; return; fi
  find "$base" \( -type f -o -type l \) -printf '%P\n' | LC_ALL=C sort | while IFS= read -r name; do
    if [ -L "$base/$name" ]; then printf 'link %s %s\n' "$name" "$(readlink "$base/$name")"
    elif [ -x "$base/$name" ]; then printf 'exec %s %s\n' "$name" "$(digest "$base/$name")"
    else printf 'file %s %s\n' "$name" "$(digest "$base/$name")"; fi
  done
}

# digest FILE: its SHA-256 in hex.
digest() { sha256sum <"$1" | cut -d' ' -f1; }

# size_of FILE: bytes.
size_of() { stat -c %s -- "$1"; }
