# shellcheck shell=bash
# The build cache: $CACHE/<step>/<key>/, one directory for each result. An entry is built beside its
# place and renamed when complete, so a build that was killed never leaves a half entry under a key.

# cached STEP KEY BUILDER [ARG...]: sets ENTRY to the directory with the step's result, and calls
# `BUILDER DIR ARG...` to fill it when the cache has none. Two builds at once wait for each other.
cached() {
  local name=$1 key=$2; shift 2
  # A key that could not be made (the message is out already) must not become an entry.
  [[ $key =~ ^[0-9a-f]+$ ]] || exit 1
  local entry=$CACHE/$name/$key part=$CACHE/$name/.part-$key lock
  if [ -d "$entry" ]; then
    touch -c "$entry"
    say "    $name: cached ($key)"
  else
    mkdir -p "$CACHE/$name"
    exec {lock}>"$CACHE/$name/.lock-$key"
    flock "$lock" || fail "the lock of the cache entry $name/$key cannot be taken" "the cache's file system has no locks" "B2D_BUILD_CACHE=/another/disk npm run build:iso"
    if [ ! -d "$entry" ]; then
      rm -rf --one-file-system "$part"
      mkdir "$part"
      "$1" "$part" "${@:2}"
      sync -f "$part"
      mv -T "$part" "$entry"
    fi
    exec {lock}>&-
  fi
  ENTRY=$entry # last: the builder may have called us for something of its own
}

# cache_prune STEP KEEP: keeps the newest KEEP entries of a step, and removes what killed builds left.
# Entries used within the last day stay: another build may be reading them.
cache_prune() {
  local name=$1 keep=$2 old
  [ -d "$CACHE/$name" ] || return 0
  find "$CACHE/$name" -mindepth 1 -maxdepth 1 -type d -name '[0-9a-f]*' -mtime +0 -printf '%T@ %p\n' |
    sort -rn | tail -n +"$((keep + 1))" | cut -d' ' -f2- | while IFS= read -r old; do
    say "    cache: removing $name/${old##*/}"
    rm -rf --one-file-system "$old" "$CACHE/$name/.lock-${old##*/}"
  done
  find "$CACHE/$name" -mindepth 1 -maxdepth 1 -name '.part-*' -mtime +0 -exec rm -rf --one-file-system {} +
}
