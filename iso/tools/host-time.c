/*
 * host-time: prints the host's time as VirtualBox tells it, in seconds since 1970, UTC. Ends with 1
 * where it does not: another hypervisor, or a machine that is not to know (GetHostTimeDisabled).
 *
 * VMMDEVREQ_GET_HOST_TIME of the VMM device, through the kernel's vboxguest driver: a header, then
 * milliseconds in 64 bits (include/VBox/VMMDev.h, drivers/virt/vboxguest).
 */
#include <fcntl.h>
#include <linux/vboxguest.h>
#include <linux/vbox_vmmdev_types.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

struct host_time {
	struct vbg_ioctl_hdr header;
	uint64_t milliseconds;
};

int main(void)
{
	struct host_time request = {
		.header = {
			.size_in = sizeof(request),
			.version = VBG_IOCTL_HDR_VERSION,
			.type = VMMDEVREQ_GET_HOST_TIME,
		},
	};
	int device = open("/dev/vboxguest", O_RDWR | O_CLOEXEC);

	if (device < 0 || ioctl(device, VBG_IOCTL_VMMDEV_REQUEST(sizeof(request)), &request) < 0 || request.header.rc < 0)
		return 1;
	printf("%llu\n", (unsigned long long)(request.milliseconds / 1000));
	return 0;
}
