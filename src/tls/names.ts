import { isIPv4 } from 'node:net';

/** The names a server certificate is valid for (RFC 5280 4.2.1.6, subjectAltName). */
export interface ServerNames {
  ip: string[];
  dns: string[];
}

/**
 * The names of a machine's engine. It is reached through NAT rules on the loopback addresses only, so they never
 * change with the network; the machine's own name is for those who map it to 127.0.0.1.
 */
export function serverNames(machineName: string): ServerNames {
  const name = dnsName(machineName);
  return {
    ip: ['127.0.0.1', '::1'],
    dns: name === undefined || name === 'localhost' ? ['localhost'] : ['localhost', name],
  };
}

/**
 * A machine name as a DNS name, or undefined where it cannot be one. Machine names may start or end with a dot or a
 * hyphen or hold two dots in a row; Go's crypto/x509 (the docker client's) refuses a whole certificate with an empty
 * label in it. An underscore is tolerated by Go, OpenSSL and Node.
 */
export function dnsName(machineName: string): string | undefined {
  const labels = machineName.toLowerCase().split('.').map((label) => label.replace(/^-+|-+$/g, ''));
  const name = labels.filter((label) => label !== '').join('.');
  return name === '' || isIPv4(name) ? undefined : name;
}

/** The names as Node's `X509Certificate.subjectAltName` spells them. */
export function spelledNames(names: ServerNames): string {
  const ip = names.ip.map((address) => `IP Address:${address === '::1' ? '0:0:0:0:0:0:0:1' : address}`);
  return [...ip, ...names.dns.map((name) => `DNS:${name}`)].join(', ');
}
