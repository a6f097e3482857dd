import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readIfThere } from '../platform/files.ts';
import { serverNames, spelledNames } from './names.ts';
import type { TlsPaths } from './paths.ts';
import { purposes } from './profiles.ts';

export type Role = 'ca' | 'server' | 'client';

/** Why a certificate has to be made anew. */
export type RenewalReason =
  | 'missing'
  | 'damaged'
  | 'key does not match'
  | 'wrong purpose'
  | 'not signed by the CA'
  | 'names changed'
  | 'not valid yet'
  | 'expires soon'
  | 'CA renewed';

/** What is on disk for one role: the pair where both halves can be read, and what is wrong with it. */
export interface Finding {
  pair?: { key: KeyObject; certificate: X509Certificate };
  due?: RenewalReason;
}

export type Findings = Record<Role, Finding>;

/**
 * Reads all six files and tells which certificates are due. It looks at the set as a whole, because a b2d that was
 * killed between two writes leaves files that are each well formed and do not belong together.
 */
export async function examine(paths: TlsPaths, machineName: string, now: Date): Promise<Findings> {
  const ca = await readPair(paths.ca, paths.caKey);
  ca.due ??= ca.pair && authorityFault(ca.pair.certificate, now);
  const server = await readPair(paths.serverCertificate, paths.serverKey);
  const client = await readPair(paths.clientCertificate, paths.clientKey);
  for (const [leaf, purpose] of [[server, purposes.server], [client, purposes.client]] as const) {
    leaf.due ??= ca.due || !ca.pair ? 'CA renewed' : leaf.pair && leafFault(leaf.pair.certificate, ca.pair.certificate, purpose, now);
  }
  if (server.pair && server.pair.certificate.subjectAltName !== spelledNames(serverNames(machineName))) server.due ??= 'names changed';
  return { ca, server, client };
}

async function readPair(certificateFile: string, keyFile: string): Promise<Finding> {
  const certificate = await readAs(certificateFile, (text) => new X509Certificate(text));
  const key = await readAs(keyFile, (text) => createPrivateKey(text));
  if (certificate === 'damaged' || key === 'damaged') return { due: 'damaged' };
  if (certificate === 'missing' || key === 'missing') return { due: 'missing' };
  return certificate.checkPrivateKey(key) ? { pair: { key, certificate } } : { due: 'key does not match' };
}

/** Anything that cannot be read is replaced, so why it cannot does not matter here. */
async function readAs<T>(file: string, parse: (text: string) => T): Promise<T | 'missing' | 'damaged'> {
  try {
    const text = await readIfThere(file);
    return text === undefined ? 'missing' : parse(text);
  } catch {
    return 'damaged';
  }
}

function authorityFault(certificate: X509Certificate, now: Date): RenewalReason | undefined {
  if (!certificate.ca || !certificate.verify(certificate.publicKey)) return 'wrong purpose';
  return dateFault(certificate, now);
}

function leafFault(certificate: X509Certificate, authority: X509Certificate, purpose: string, now: Date): RenewalReason | undefined {
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) return 'not signed by the CA';
  if (certificate.ca || !certificate.keyUsage?.includes(purpose)) return 'wrong purpose';
  return dateFault(certificate, now);
}

/** Renewed with a third of the life left, so that a machine that runs for months does not meet its end. */
function dateFault(certificate: X509Certificate, now: Date): RenewalReason | undefined {
  const [from, to] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
  if (now.getTime() < from) return 'not valid yet';
  return to - now.getTime() < (to - from) / 3 ? 'expires soon' : undefined;
}
