import type { Platform } from '../platform/platform.ts';

/** Where a machine's TLS files are; docs/files.md describes each. */
export interface TlsPaths {
  /** What `DOCKER_CERT_PATH` names: the docker client looks for `ca.pem`, `cert.pem` and `key.pem` there. */
  dockerDirectory: string;
  ca: string;
  clientCertificate: string;
  clientKey: string;
  /** What stays with b2d: the CA's key, and the server's pair that goes to the guest on the config drive. */
  tlsDirectory: string;
  caKey: string;
  serverCertificate: string;
  serverKey: string;
}

export function tlsPaths(platform: Platform, machineDirectory: string): TlsPaths {
  const { join } = platform.path;
  const dockerDirectory = join(machineDirectory, 'docker');
  const tlsDirectory = join(machineDirectory, 'tls');
  return {
    dockerDirectory,
    ca: join(dockerDirectory, 'ca.pem'),
    clientCertificate: join(dockerDirectory, 'cert.pem'),
    clientKey: join(dockerDirectory, 'key.pem'),
    tlsDirectory,
    caKey: join(tlsDirectory, 'ca-key.pem'),
    serverCertificate: join(tlsDirectory, 'server.pem'),
    serverKey: join(tlsDirectory, 'server-key.pem'),
  };
}
