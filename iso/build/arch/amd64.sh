# shellcheck shell=bash disable=SC2034
# Everything the builder knows that holds for amd64 alone; iso/kernel/amd64.config is the kernel's half.

ARCH=amd64                                  # Debian's name, also the image's
ARCH_KERNEL_TARGET=bzImage                  # make target
ARCH_KERNEL_IMAGE=arch/x86/boot/bzImage     # where the kernel's build leaves the image
ARCH_GOARCH=amd64
# GOAMD64 stays at v1: VirtualBox may offer a guest fewer CPU features than the host has.
ARCH_GO_ENV=(GOAMD64=v1)
ARCH_LOADER_PACKAGES=(isolinux syslinux-common grub-efi-amd64-bin) # their code is in the image
ARCH_ISOLINUX_DIR=/usr/lib/ISOLINUX
ARCH_SYSLINUX_DIR=/usr/lib/syslinux/modules/bios
ARCH_GRUB_TARGET=x86_64-efi
ARCH_EFI_NAME=BOOTX64.EFI                   # UEFI specification, 3.5.1.1: removable media boot path
