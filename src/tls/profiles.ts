import { createPublicKey, type KeyObject } from 'node:crypto';
import { KeyUsageFlags, id_kp_clientAuth, id_kp_serverAuth } from '@peculiar/asn1-x509';
import { issueCertificate, newKey, type Issuer, type Subject } from './certificate.ts';
import { serverNames } from './names.ts';

const day = 24 * 60 * 60 * 1000;

/** A guest or a second computer whose clock is behind by hours and a wrong time zone must still find them valid. */
const headStart = day;

/** The CA signs for this machine alone and is in no system's trust store: long enough to be no one's worry. */
const authorityLife = 3650 * day;

/** The longest life Apple's verifier takes for a server certificate of a private CA (support.apple.com/103769). */
const leafLife = 825 * day;

/** A private key and its certificate, both PEM. */
export interface Pair {
  /** PKCS#8, which the docker client and the engine (Go's crypto/tls) read. */
  key: string;
  certificate: string;
}

/** A new certificate authority of one machine. */
export function makeAuthority(machineName: string, now: Date): Pair {
  const key = newKey();
  return pair(key, issueCertificate({
    subject: subjectOf(machineName, 'b2d CA'),
    publicKey: createPublicKey(key),
    issuer: { key },
    ...validity(now, authorityLife),
    authority: true,
    keyUsage: KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign,
    extendedKeyUsage: [],
  }));
}

/** The engine's certificate. */
export function makeServer(machineName: string, issuer: Issuer, now: Date): Pair {
  return makeLeaf(subjectOf(machineName, 'docker engine'), issuer, now, id_kp_serverAuth, machineName);
}

/** The docker client's certificate. */
export function makeClient(machineName: string, issuer: Issuer, now: Date): Pair {
  return makeLeaf(subjectOf(machineName, 'docker client'), issuer, now, id_kp_clientAuth);
}

/** The purposes a certificate of that role states, as object identifiers. */
export const purposes = { server: id_kp_serverAuth, client: id_kp_clientAuth };

function makeLeaf(subject: Subject, issuer: Issuer, now: Date, purpose: string, serverName?: string): Pair {
  const key = newKey();
  return pair(key, issueCertificate({
    subject,
    publicKey: createPublicKey(key),
    issuer,
    ...validity(now, leafLife),
    authority: false,
    keyUsage: KeyUsageFlags.digitalSignature, // all that ECDSA with an ephemeral key exchange needs
    extendedKeyUsage: [purpose],
    ...(serverName !== undefined && { names: serverNames(serverName) }),
  }));
}

function validity(now: Date, life: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now.getTime() - headStart), notAfter: new Date(now.getTime() + life - headStart) };
}

function subjectOf(machineName: string, commonName: string): Subject {
  return { organization: 'b2d', unit: machineName, commonName };
}

function pair(key: KeyObject, certificate: string): Pair {
  return { key: key.export({ type: 'pkcs8', format: 'pem' }).toString(), certificate };
}
