#!/bin/sh
# compile.sh ARCH TARGET IMAGE: configures and compiles the kernel whose source is the current
# directory, inside the build chroot (see inchroot in iso/build). Leaves out/image, out/config,
# out/System.map and out/release. Reads SOURCE_DATE_EPOCH and JOBS.
set -eu

arch=$1 target=$2 image=$3
here=$(dirname "$0")

# Who, where and when go into the kernel's banner: fixed, so that the same source gives the same bytes.
KBUILD_BUILD_TIMESTAMP=$(date -u -d "@$SOURCE_DATE_EPOCH" '+%Y-%m-%d %H:%M:%S UTC')
KBUILD_BUILD_USER=b2d KBUILD_BUILD_HOST=b2d KBUILD_BUILD_VERSION=1
export KBUILD_BUILD_TIMESTAMP KBUILD_BUILD_USER KBUILD_BUILD_HOST KBUILD_BUILD_VERSION

# The initramfs is unpacked by lib/zstd at every boot. The kernel is optimised for size, which
# doubles the decompressor's work; this folder alone is optimised for speed. The blank line
# matters: the file's last line may end in a continuation.
printf '\n\nccflags-y += -O2\n' >>lib/zstd/Makefile

# The jitter entropy source times memory accesses for 10^8 instructions at every boot, selected by
# the generator that esp4 takes its initial vectors from. That generator is seeded from the kernel's
# own pool and goes on without it (crypto/drbg.c, drbg_prepare_hrng).
if ! grep -q '^	select CRYPTO_JITTERENTROPY$' crypto/Kconfig; then
	echo "crypto/Kconfig no longer selects CRYPTO_JITTERENTROPY: see whether iso/kernel/compile.sh must still cut it" >&2
	exit 1
fi
sed -i '/^	select CRYPTO_JITTERENTROPY$/d' crypto/Kconfig

mkdir out
cat "$here/common.config" "$here/$arch.config" >out/demands.config
make -s O=out KCONFIG_ALLCONFIG="$PWD/out/demands.config" allnoconfig
"$here/check-config.sh" out/.config "$here/common.config" "$here/$arch.config"

# One thread: zstd's result depends on whether it has more. No checksum: the ISO has its own, and
# checking it takes longer than reading.
make -s O=out -j"$JOBS" ZSTD="zstd --single-thread --no-check" "$target"
cp "out/$image" out/image
cp out/.config out/config
make -s O=out kernelrelease >out/release
