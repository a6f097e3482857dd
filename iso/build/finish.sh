# shellcheck shell=bash
# The end of a build: the size limit, the table of sizes, and the result's way to iso/out and the cache.

# What the product promises: 24 MiB.
readonly SIZE_LIMIT=25165824

# tree_key: of everything the image depends on in this checkout. Taken once, before the first step, as
# TREE_KEY: a file may be edited while a build runs.
tree_key() { hash_of "$ISO_DIR/build.sh" "$ISO_DIR/build" "$ISO_DIR/engine" "$ISO_DIR/kernel" "$ISO_DIR/rootfs" "$ISO_DIR/tools" "=$VERSION" "=$SOURCE_DATE_EPOCH" "=$ARCH"; }

# finished_entry: the newest cache entry with an image of this very tree; nothing when there is none.
finished_entry() {
  local entry
  # A glob that matches nothing makes ls fail, which is an answer here. The names are hexadecimal.
  # shellcheck disable=SC2012
  entry=$(ls -1dt "$CACHE/iso/$TREE_KEY"-*/ 2>/dev/null | head -n 1) || true
  printf '%s' "${entry%/}"
}

# take_finished: copies the newest finished image of this very tree from the cache, false when there is none.
take_finished() {
  local entry
  entry=$(finished_entry)
  [ -n "$entry" ] || { say "no image of these files is in the cache $CACHE: building"; return 1; }
  publish "$entry"
  say "    from the cache, built $(date -u -d "@$(stat -c %Y "$entry/manifest.json")" '+%Y-%m-%d %H:%M') UTC"
}

# finish FOLDER: checks the image of a work folder, keeps it in the cache and publishes it.
finish() {
  local folder=$1 size sha entry iso=$1/b2d-$ARCH.iso
  size=$(size_of "$iso") sha=$(digest "$iso")
  size_table "$iso" "$folder/extents" >&2
  [ "$size" -le "$SIZE_LIMIT" ] || fail "the image has $size bytes, $((size - SIZE_LIMIT)) more than the limit of $SIZE_LIMIT" "a package grew, or a cut no longer applies" "see the table above and docs/building-the-image.md, Size"
  entry=$CACHE/iso/$TREE_KEY-${sha:0:32}
  if [ ! -d "$entry" ]; then
    mkdir -p "$CACHE/iso"
    local part
    part=$(mktemp -d "$CACHE/iso/.part-XXXXXX")
    cp "$iso" "$folder/manifest.json" "$folder/parts" "$part/"
    chmod 755 "$part"
    sync -f "$part"
    mv -T "$part" "$entry" 2>/dev/null || rm -rf "$part"
  fi
  touch "$entry"
  publish "$entry"
  for_times
  cache_prune chroot 1
  local name
  for name in iso engine initramfs kernel resolved; do cache_prune "$name" 3; done
  for name in "$CACHE"/tool/*/ "$CACHE"/deb/*/; do name=${name%/}; cache_prune "${name#"$CACHE"/}" 3; done
}

# publish ENTRY: the finished image to iso/out; each file beside its place, then renamed.
publish() {
  local entry=$1 out=$ISO_DIR/out file
  # Checked one by one: a caller that tests our result turns the shell's own checking off.
  for file in "b2d-$ARCH.iso" manifest.json; do
    { mkdir -p "$out" && cp "$entry/$file" "$out/.$file.part" && sync -d "$out/.$file.part" && mv "$out/.$file.part" "$out/$file"; } ||
      fail "$out/$file cannot be written" "the folder is another user's, or the disk is full" "sudo chown -R \$(id -un) $out"
  done
  # Under sudo the files still belong to the one who called.
  if [ -n "${SUDO_UID:-}" ] && [ "$(id -u)" = 0 ]; then chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$out"; fi
  printf '%s\n' "$out/b2d-$ARCH.iso"
}

# size_table ISO EXTENTS: what takes the room.
size_table() {
  local iso=$1 name path size rest packed raw
  rest=$(size_of "$iso")
  printf '\n%12s %12s  %s\n' "in the ISO" "unpacked" "what"
  while IFS=$'\t' read -r name path _ size; do
    printf '%12d %12s  %s\n' "$size" "" "/$path"
    rest=$((rest - size))
    [ "$name" = initrd ] || continue
    while read -r packed raw path; do printf '%12d %12d    %s\n' "$packed" "$raw" "$path"; done <"$ROOT_SIZES"
  done <"$2"
  printf '%12d %12s  %s\n' "$rest" "" "file system, loader's code, alignment"
  printf '%12d %12s  %s (limit %d)\n\n' "$(size_of "$iso")" "" "all" "$SIZE_LIMIT"
}

# for_times: the seconds of every step.
for_times() {
  local line total=0
  for line in "${STEP_TIMES[@]}"; do
    printf '%7d s  %s\n' "${line%%$'\t'*}" "${line#*$'\t'}" >&2
    total=$((total + ${line%%$'\t'*}))
  done
  printf '%7d s  in all\n' "$total" >&2
}
