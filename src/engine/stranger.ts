import { codeOf, messageOf } from '../errors.ts';

/** OpenSSL's and Node's words for a server whose certificate another authority has signed. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const OTHER_CERTIFICATE = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_SIGNATURE_FAILURE', 'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** OpenSSL's words, as text or as a code, where the first bytes of the answer are no TLS record: an HTTP server, sshd ... */
const NO_TLS = /wrong[ _]version[ _]number|packet[ _]length[ _]too[ _]long|http[ _]request/i;

/**
 * What answers in the engine's place, when an error of `engineGet` proves that it is not this machine's engine; undefined where the error proves nothing: nobody
 * answers yet, or the engine itself refuses.
 */
export function strangerOf(error: unknown): string | undefined {
  const code = codeOf(error) ?? '';
  if (OTHER_CERTIFICATE.has(code)) return 'a TLS server with a certificate of another authority: another Docker engine, or another b2d with its own B2D_HOME';
  if (NO_TLS.test(`${code} ${messageOf(error)}`)) return 'a server that does not speak TLS';
  return undefined;
}
