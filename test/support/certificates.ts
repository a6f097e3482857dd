import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { KeyUsageFlags } from '@peculiar/asn1-x509';
import { issueCertificate, newKey } from '../../src/tls/certificate.ts';
import { purposes, type Pair } from '../../src/tls/profiles.ts';

const DAY = 86_400_000;

/** A server's key and certificate for these names, valid from and to so many days from now. */
export function certificateFor(issuer: Pair, names: { dns: string[]; ip: string[] }, [from, to]: [number, number] = [-1, 1]): { key: string; cert: string } {
  const key = newKey();
  const cert = issueCertificate({
    subject: { organization: 'b2d', unit: 'test', commonName: 'server' },
    publicKey: createPublicKey(key),
    issuer: { key: createPrivateKey(issuer.key), certificate: new X509Certificate(issuer.certificate) },
    notBefore: new Date(Date.now() + from * DAY),
    notAfter: new Date(Date.now() + to * DAY),
    authority: false,
    keyUsage: KeyUsageFlags.digitalSignature,
    extendedKeyUsage: [purposes.server],
    names,
  });
  return { key: key.export({ type: 'pkcs8', format: 'pem' }).toString(), cert };
}
