# shellcheck shell=bash
# The proof that the last steps are reproducible: the same parts, packed once more, give the same bytes.

# save_parts FOLDER: notes which parts the image in FOLDER was made of.
save_parts() { declare -p VERSION DOCKER_VERSION SOURCE_DATE_EPOCH CHROOT ENGINE TOOL_DIRS CA_CERTIFICATES KERNEL_IMAGE >"$1/parts"; }

# build_again: packs the newest cached image of this tree once more from its parts, past the cache, and
# fails when a byte differs. Touches neither the network nor iso/out.
build_again() {
  local entry folder first second
  entry=$(finished_entry)
  [ -n "$entry" ] || fail "there is no image of these files to repeat" "it was never built, or iso/ changed since" "npm run build:iso"
  step "The image once more, from $entry"
  # Plain assignments, printed by `declare -p`, in a file that only the builder writes.
  # shellcheck source=/dev/null
  . <(sed 's/^declare /declare -g /' "$entry/parts")
  export SOURCE_DATE_EPOCH
  local part
  for part in "$CHROOT" "$ENGINE" "$CA_CERTIFICATES" "$KERNEL_IMAGE" "${TOOL_DIRS[@]}"; do
    [ -e "$part" ] || fail "a part of the image is no longer in the cache: $part" "the cache was emptied" "npm run build:iso"
  done
  folder=$(work_folder)
  mkdir "$folder/initramfs"
  pack_initramfs "$folder/initramfs"
  INITRAMFS=$folder/initramfs/initrd.img
  build_iso "$folder/b2d-$ARCH.iso"
  first=$(digest "$entry/b2d-$ARCH.iso") second=$(digest "$folder/b2d-$ARCH.iso")
  [ "$first" = "$second" ] || fail "the same parts gave another image: $first, then $second" "a time, an order or a name of this machine got into it" "diffoscope on the two images"
  say "    both images are $first"
  printf '%s\n' "$first"
}
