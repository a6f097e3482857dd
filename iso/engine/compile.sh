#!/bin/sh
# Runs in the build chroot after prepare.sh: applies the cuts and compiles the engine to /build/engine.
# Usage: compile.sh DOCKER-VERSION DOCKER-DEBIAN-VERSION CONTAINERD-VERSION CONTAINERD-DEBIAN-VERSION [GO-BUILD-FLAG...]
set -eu
docker=$1 docker_debian=$2 containerd=$3 containerd_debian=$4
shift 4

# GOPATH mode: Debian ships Go libraries as a source tree, not as modules. Nothing may come from the network.
export GO111MODULE=off GOPROXY=off GOFLAGS=-trimpath GOTOOLCHAIN=local GOTELEMETRY=off
export GOPATH=/build/go:/usr/share/gocode GOCACHE=/build/gocache CGO_ENABLED=0

rm -rf /build/overlay
python3 /iso/engine/cuts.py "$(go env GOROOT)/src" /build/overlay

dockerversion=github.com/docker/docker/dockerversion
containerdversion=github.com/containerd/containerd/v2/version
tags=$(grep -v '^#' /iso/engine/build-tags | tr '\n' ' ')
cd /build/go/src/b2d/engine
go build -buildvcs=false -overlay /build/overlay/overlay.json -p "$JOBS" \
  -tags "$tags" \
  -ldflags "-s -w -buildid= \
    -X $dockerversion.Version=$docker -X $dockerversion.GitCommit=debian-$docker_debian \
    -X $dockerversion.BuildTime=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ) \
    -X $dockerversion.ProductName=docker \
    -X $containerdversion.Version=$containerd -X $containerdversion.Revision=debian-$containerd_debian" \
  "$@" -o /build/engine .

# The Debian packages whose files were compiled in, for the manifest. Files below /build are docker.io's and buildkit's.
go list -deps -overlay /build/overlay/overlay.json -tags "$tags" \
  -f '{{$dir := .Dir}}{{range .GoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{range .SFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}' . |
  grep -v -e '^/build/' -e '^$' | xargs -d '\n' realpath | sort -u >/build/files
xargs -d '\n' dpkg-query -S </build/files | sed 's/: .*//' | tr -d ' ' | tr ',' '\n' | sort -u >/build/packages
