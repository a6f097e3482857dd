import { createPrivateKey, X509Certificate } from 'node:crypto';
import { writeAtomic, writePrivate } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { examine, type RenewalReason, type Role } from './examine.ts';
import { tlsPaths, type TlsPaths } from './paths.ts';
import { preparePrivateFolder } from '../platform/private-folder.ts';
import { makeAuthority, makeClient, makeServer, type Pair } from './profiles.ts';

export interface TlsOptions {
  machineName: string;
  /** The present time; validity is counted from it. */
  now: Date;
}

export interface TlsResult {
  /** Whether any certificate was made; a running engine keeps the old ones until it starts again. */
  changed: boolean;
  paths: TlsPaths;
  notAfter: Record<Role, Date>;
  /** Which certificates were made, and why. */
  renewed: Partial<Record<Role, RenewalReason>>;
}

/**
 * Makes the machine's TLS files complete and current: what is missing, damaged, inconsistent, near its end or for
 * other names is made anew, the rest stays. Leafs are renewed under the same CA; a new CA brings new leafs.
 * Killed anywhere, the next call finishes: each file is replaced whole, and `examine` finds pairs that do not match.
 * Call it with the machine's lock held and before the engine starts.
 * @throws B2dError (storage) naming the file that cannot be written.
 */
export async function ensureTls(platform: Platform, machineDirectory: string, options: TlsOptions): Promise<TlsResult> {
  const { machineName, now } = options;
  const paths = tlsPaths(platform, machineDirectory);
  await preparePrivateFolder(platform, paths.dockerDirectory, [paths.ca, paths.clientCertificate]);
  await preparePrivateFolder(platform, paths.tlsDirectory, [paths.serverCertificate]);
  const { ca, server, client } = await examine(paths, machineName, now);

  const authority = ca.due || !ca.pair ? await write(platform, makeAuthority(machineName, now), paths.ca, paths.caKey) : ca.pair;
  const ends = {
    ca: authority,
    server: server.due || !server.pair ? await write(platform, makeServer(machineName, authority, now), paths.serverCertificate, paths.serverKey) : server.pair,
    client: client.due || !client.pair ? await write(platform, makeClient(machineName, authority, now), paths.clientCertificate, paths.clientKey) : client.pair,
  };

  const renewed = {
    ...(ca.due && { ca: ca.due }),
    ...(server.due && { server: server.due }),
    ...(client.due && { client: client.due }),
  };
  return {
    changed: Object.keys(renewed).length > 0,
    paths,
    notAfter: { ca: ends.ca.certificate.validToDate, server: ends.server.certificate.validToDate, client: ends.client.certificate.validToDate },
    renewed,
  };
}

async function write(platform: Platform, pair: Pair, certificateFile: string, keyFile: string) {
  await writePrivate(platform, keyFile, pair.key);
  await writeAtomic(certificateFile, pair.certificate);
  return { key: createPrivateKey(pair.key), certificate: new X509Certificate(pair.certificate) };
}
