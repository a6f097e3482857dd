#!/bin/sh
# tini is docker-init: the reaper of `docker run --init`.
. /iso/build/tool/common.sh
use_musl
cd /build/src
version=$(sed -n 's/^set *(tini_VERSION_MAJOR \(.*\))/\1/p' CMakeLists.txt).$(sed -n 's/^set *(tini_VERSION_MINOR \(.*\))/\1/p' CMakeLists.txt).$(sed -n 's/^set *(tini_VERSION_PATCH \(.*\))/\1/p' CMakeLists.txt)
# dockerd asks docker-init for its version and wants the commit in this form.
printf '#pragma once\n#define TINI_VERSION "%s"\n#define TINI_GIT ""\n' "$version" >src/tiniConfig.h
# shellcheck disable=SC2086
quietly $CC $CFLAGS -include libgen.h -Isrc -DPR_SET_CHILD_SUBREAPER=36 -DPR_GET_CHILD_SUBREAPER=37 src/tini.c -o /build/out/tini $LDFLAGS
