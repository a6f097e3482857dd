import { X509Certificate } from 'node:crypto';
import fs from 'node:fs/promises';
import tls from 'node:tls';
import { messageOf } from '../../errors.ts';
import { unusableCertificates } from './errors.ts';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Whom a server's certificate may come from: the authorities that Node brings (with NODE_EXTRA_CA_CERTS), the operating system's, where companies put
 * theirs, and those in the files.
 * @throws B2dError (usage) for a file without certificates
 */
export async function trustedAuthorities(files: readonly string[] = []): Promise<string[]> {
  const own = await Promise.all(files.map(readAuthorities));
  return [...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system'), ...own.flat()])];
}

async function readAuthorities(file: string): Promise<string[]> {
  try {
    const certificates = (await fs.readFile(file, 'utf8')).match(PEM);
    if (certificates === null) throw new Error('There is no certificate in PEM form in it.');
    for (const certificate of certificates) new X509Certificate(certificate); // throws for one that is damaged
    return certificates;
  } catch (error) {
    throw unusableCertificates(file, messageOf(error), error);
  }
}
