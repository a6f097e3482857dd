/** The only address of the host that b2d binds or connects to. The number, not `localhost`: VPNs and hosts files change what that name means. */
export const LOOPBACK = '127.0.0.1';

/**
 * The host as the guest sees it, in the NAT network of both hypervisors: what listens on the host's loopback address answers there.
 * https://www.qemu.org/docs/master/system/devices/net.html https://www.virtualbox.org/manual/topics/networkingdetails.html (--nat-localhostreachable)
 */
export const HOST_FROM_GUEST = '10.0.2.2';

/** The DOCKER_HOST of an engine on that host port. */
export function dockerHost(port: number): string {
  return `tcp://${LOOPBACK}:${port}`;
}
