import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject, type X509Certificate } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier, AttributeTypeAndValue, AttributeValue, AuthorityKeyIdentifier, BasicConstraints, Certificate, ExtendedKeyUsage,
  Extension, Extensions, GeneralName, KeyIdentifier, KeyUsage, Name, RelativeDistinguishedName, SubjectAlternativeName,
  SubjectKeyIdentifier, SubjectPublicKeyInfo, TBSCertificate, Validity, Version, id_ce_authorityKeyIdentifier, id_ce_basicConstraints,
  id_ce_extKeyUsage, id_ce_keyUsage, id_ce_subjectAltName, id_ce_subjectKeyIdentifier,
} from '@peculiar/asn1-x509';
import type { ServerNames } from './names.ts';

/** ecdsa-with-SHA256, RFC 5758 3.2: its parameters are absent. */
const ecdsaWithSha256 = '1.2.840.10045.4.3.2';

/** X.520 attribute types: organizationName, organizationalUnitName, commonName. */
const attributeTypes = { organization: '2.5.4.10', unit: '2.5.4.11', commonName: '2.5.4.3' };

export interface Subject {
  organization: string;
  unit: string;
  commonName: string;
}

/** Who signs. Without a certificate of its own the subject signs itself. */
export interface Issuer {
  key: KeyObject;
  certificate?: X509Certificate;
}

export interface CertificateRequest {
  subject: Subject;
  publicKey: KeyObject;
  issuer: Issuer;
  notBefore: Date;
  notAfter: Date;
  /** A CA that may sign leafs, and nothing below them. */
  authority: boolean;
  /** The bits of `KeyUsageFlags`. */
  keyUsage: number;
  /** Object identifiers; none for a CA. */
  extendedKeyUsage: string[];
  names?: ServerNames;
}

/** A key on P-256, the curve that every TLS library in use takes. */
export function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/** Signs an X.509 v3 certificate (RFC 5280) and returns it as PEM. */
export function issueCertificate(request: CertificateRequest): string {
  const algorithm = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const subject = distinguishedName(request.subject);
  const { certificate: authority, key } = request.issuer;
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: authority ? AsnConvert.parse(authority.raw, Certificate).tbsCertificate.subject : subject,
    validity: new Validity({ notBefore: request.notBefore, notAfter: request.notAfter }),
    subject,
    subjectPublicKeyInfo: publicKeyInfo(request.publicKey),
    extensions: new Extensions(extensionsOf(request)),
  });
  const signature = sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), key);
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue: bytes(signature) });
  return pem('CERTIFICATE', Buffer.from(AsnConvert.serialize(certificate)));
}

/** 128 random bits behind a fixed byte, which keeps the DER integer positive and without leading zeros (RFC 5280 4.1.2.2). */
function serialNumber(): ArrayBuffer {
  return bytes(Buffer.concat([Buffer.from([0x01]), randomBytes(16)]));
}

function distinguishedName(subject: Subject): Name {
  const parts: [string, string][] = [
    [attributeTypes.organization, subject.organization],
    [attributeTypes.unit, subject.unit],
    [attributeTypes.commonName, subject.commonName],
  ];
  return new Name(parts.map(([type, utf8String]) =>
    new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String }) })])));
}

/** Which extensions and which are critical: RFC 5280 4.2.1, as `openssl verify -x509_strict` demands. */
function extensionsOf(request: CertificateRequest): Extension[] {
  const constraints = new BasicConstraints(request.authority ? { cA: true, pathLenConstraint: 0 } : { cA: false });
  const issuerKey = createPublicKey(request.issuer.key);
  const extensions = [
    extension(id_ce_basicConstraints, true, constraints),
    extension(id_ce_keyUsage, true, new KeyUsage(request.keyUsage)),
    extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyIdentifier(request.publicKey))),
    extension(id_ce_authorityKeyIdentifier, false, new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyIdentifier(issuerKey)) })),
  ];
  if (request.extendedKeyUsage.length > 0) extensions.push(extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage(request.extendedKeyUsage)));
  if (request.names) {
    const ip = request.names.ip.map((iPAddress) => new GeneralName({ iPAddress }));
    const dns = request.names.dns.map((dNSName) => new GeneralName({ dNSName }));
    extensions.push(extension(id_ce_subjectAltName, false, new SubjectAlternativeName([...ip, ...dns])));
  }
  return extensions;
}

function extension(extnID: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** The leftmost 160 bits of the SHA-256 of the public key: RFC 7093 2, method 1. */
function keyIdentifier(publicKey: KeyObject): ArrayBuffer {
  const { subjectPublicKey } = publicKeyInfo(publicKey);
  return bytes(createHash('sha256').update(new Uint8Array(subjectPublicKey)).digest().subarray(0, 20));
}

function publicKeyInfo(publicKey: KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(publicKey.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo);
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function bytes(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}
