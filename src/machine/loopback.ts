/** The only address of the host that b2d binds or connects to. The number, not `localhost`: VPNs and hosts files change what that name means. */
export const LOOPBACK = '127.0.0.1';
