/** The only address of the host that b2d binds or connects to. The number, not `localhost`: VPNs and hosts files change what that name means. */
export const LOOPBACK = '127.0.0.1';

/** The DOCKER_HOST of an engine on that host port. */
export function dockerHost(port: number): string {
  return `tcp://${LOOPBACK}:${port}`;
}
