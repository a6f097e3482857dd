import { X509Certificate } from 'node:crypto';
import { B2dError } from '../errors.ts';

const PEM = /-----BEGIN (?:X509 )?CERTIFICATE-----[^-]+-----END (?:X509 )?CERTIFICATE-----/g;
const DAY_MS = 86_400_000;
const SOON_DAYS = 30;

/** One certificate of a file, for people. */
export interface Authority {
  /** The name in it: `Example Root CA`. */
  name: string;
  /** SHA-256, as browsers and openssl show it. */
  fingerprint: string;
  notAfter: Date;
  /** What the user should know, as a sentence: it has expired, it is no CA. */
  caution?: string;
}

/** The certificates of a file in PEM (one or more) or DER. @throws B2dError (usage) telling what it is instead, and how to get one */
export function readCertificates(bytes: Uint8Array, file: string): X509Certificate[] {
  const text = Buffer.from(bytes).toString('latin1');
  const blocks = text.match(PEM);
  const begun = text.split(/-----BEGIN (?:X509 )?CERTIFICATE-----/).length - 1;
  try {
    if (begun > (blocks?.length ?? 0)) throw new Error('It is cut off.');
    if (blocks !== null) return blocks.map((block) => new X509Certificate(block));
    if (bytes[0] === 0x30 && !text.includes('-----BEGIN')) return [new X509Certificate(bytes)]; // DER begins with a SEQUENCE (X.690, 8.9)
  } catch (error) {
    if (begun > 0) throw new B2dError(`A certificate in ${file} is damaged.`, { exit: 'usage', reason: error instanceof Error ? error.message : String(error), remedy: 'Get the file again from where it came.', cause: error });
  }
  throw noCertificate(file, text);
}

function noCertificate(file: string, text: string): B2dError {
  const kinds: Array<[boolean, string, string]> = [
    [text.includes('PRIVATE KEY-----'), 'It holds a private key: that must stay where it is.', 'Take the CA\'s certificate, a file that begins with -----BEGIN CERTIFICATE-----'],
    [text.includes('CERTIFICATE REQUEST-----'), 'It is a request for a certificate, not one.', 'Take what the CA answered.'],
    [/BEGIN PKCS7|\.p7[bc]$/i.test(text) || /\.p7[bc]$/i.test(file), 'It is a PKCS #7 bundle.', `Convert it: openssl pkcs7 -print_certs -in ${file} -out ca.pem   (a binary one: with -inform DER)`],
    [/\.(p12|pfx)$/i.test(file), 'It is a PKCS #12 store.', `Convert it: openssl pkcs12 -cacerts -nokeys -in ${file} -out ca.pem`],
  ];
  const [, reason, remedy] = kinds.find(([is]) => is) ?? [true, 'It holds no certificate in PEM or DER form.', 'Export the CA from the browser or the system as "Base-64 encoded X.509 (.CER)" or PEM.'];
  return new B2dError(`${file} cannot be added.`, { exit: 'usage', reason, remedy });
}

/**
 * What a certificate is, as a CA for the engine. The engine takes a server's own certificate too where it is self-signed; one that somebody else signed would end with its next renewal.
 * @throws B2dError (usage) for a server's certificate that another one signed
 */
export function judgeAuthority(certificate: X509Certificate, file: string, now: Date): Authority {
  const name = nameOf(certificate.subject);
  if (!certificate.ca && !selfSigned(certificate)) {
    throw new B2dError(`${file} holds no CA but the certificate of "${name}".`, {
      exit: 'usage', reason: `"${nameOf(certificate.issuer)}" signed it: that is the CA.`, remedy: `Add the certificate of "${nameOf(certificate.issuer)}" instead.`,
    });
  }
  const caution = cautionOf(certificate, name, now);
  return { name, fingerprint: certificate.fingerprint256, notAfter: certificate.validToDate, ...(caution && { caution }) };
}

function cautionOf(certificate: X509Certificate, name: string, now: Date): string | undefined {
  const day = (date: Date): string => date.toISOString().slice(0, 10);
  const daysLeft = (certificate.validToDate.getTime() - now.getTime()) / DAY_MS;
  if (daysLeft < 0) return `"${name}" expired on ${day(certificate.validToDate)}: the engine will not accept it.`;
  if (certificate.validFromDate > now) return `"${name}" is valid from ${day(certificate.validFromDate)} only.`;
  if (daysLeft < SOON_DAYS) return `"${name}" expires on ${day(certificate.validToDate)}.`;
  return certificate.ca ? undefined : `"${name}" is no CA: it stands for itself alone.`;
}

const selfSigned = (certificate: X509Certificate): boolean => certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);

/** The common name of `CN=...\nO=...` lines, else the organisation's, else all of it. */
function nameOf(distinguishedName: string | undefined): string {
  const part = (type: string): string | undefined => new RegExp(`^${type}=(.*)$`, 'm').exec(distinguishedName ?? '')?.[1];
  return part('CN') ?? part('OU') ?? part('O') ?? (distinguishedName ?? '').replaceAll('\n', ', ');
}
