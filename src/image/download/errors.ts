import { B2dError, codeOf, messageOf } from '../../errors.ts';
import { formatBytes } from '../../output/units.ts';

/** A try that failed in a way that the next may not. Never leaves this folder. */
export class TryAgain extends Error {
  /** What the server asked to wait, in milliseconds. */
  readonly askedMs: number | undefined;

  constructor(message: string, askedMs?: number) {
    super(message);
    this.askedMs = askedMs;
  }
}

/** The server answers and has no such file. */
export class NoSuchFileError extends B2dError {}

const IN_A_BROWSER = 'Open the address in a browser; a file that was downloaded there is used by: b2d init --iso PATH';

function failed(url: string, reason: string, remedy: string | string[], cause?: unknown, Kind = B2dError): B2dError {
  return new Kind(`The image could not be downloaded from ${url}.`, { exit: 'network', reason, remedy, cause });
}

export function unusableAddress(text: string): B2dError {
  return new B2dError(`An image cannot be fetched from ${text}.`, { exit: 'usage', reason: 'Only https:// addresses can be used.', remedy: 'Use an https:// address, or download the file yourself and name its path.' });
}

export function plainHttpRefused(url: string, allowed: boolean): B2dError {
  return new B2dError(`An image cannot be fetched from ${url}.`, {
    exit: 'usage',
    reason: `Plain http lets anybody on the way change the image${allowed ? '; only its digest, known from elsewhere, would tell' : ''}.`,
    remedy: ['Use an https:// address, or download the file yourself and name its path.', 'Where there is no other way, with the digest from a source you trust: --allow-http --sha256 DIGEST'],
  });
}

export function unusableProxy(where: string, reason: string): B2dError {
  return new B2dError(`The proxy in ${where} cannot be used.`, { exit: 'usage', reason, remedy: 'Write it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT; other characters than letters and digits in the password as %XX.' });
}

export function unusableCertificates(file: string, reason: string, cause: unknown): B2dError {
  return new B2dError(`The certificate authorities in ${file} cannot be used.`, { exit: 'usage', reason, remedy: 'Name a file of certificates in PEM form (-----BEGIN CERTIFICATE-----).', cause });
}

export function gaveUp(url: string, reason: string, received: number): B2dError {
  const kept = received > 0 ? ` What came so far (${formatBytes(received)}) is kept.` : '';
  return failed(url, `${reason}${kept}`, [`Check the connection, then run the command again${received > 0 ? ': it goes on from there' : ''}.`, 'Behind a proxy, set HTTPS_PROXY=http://HOST:PORT']);
}

export function refusedStatus(url: string, status: number, html: boolean): B2dError {
  const page = html ? ' It came with a web page: perhaps from a proxy, a filter or the login of this network.' : '';
  if (status === 407) return failed(url, 'The proxy wants a user name and password.', 'Put them into its address: http://USER:PASSWORD@HOST:PORT');
  if (status === 404 || status === 410) return failed(url, `There is no such file (${status}).${page}`, 'Check the address.', undefined, NoSuchFileError);
  if (status === 401 || status === 403) return failed(url, `The server refuses access (${status}).${page}`, IN_A_BROWSER);
  if (status === 511) return failed(url, 'This network wants you to log in (511).', 'Open any page in a browser, log in, and run the command again.');
  return failed(url, `The server answers with status ${status}.${page}`, IN_A_BROWSER);
}

export function webPage(url: string): B2dError {
  return failed(url, 'A web page came instead of an image: the login of a hotel\'s or company\'s network does that, or the address is that of a page about the file.', IN_A_BROWSER);
}

export function encoded(url: string, encoding: string): B2dError {
  return failed(url, `The server sends it encoded (${encoding}), which was not asked for: neither length nor parts of it could be relied on.`, IN_A_BROWSER);
}

export function otherLength(url: string, expected: number, announced: number): B2dError {
  return new B2dError('The boot image is not the expected one.', { exit: 'imageInvalid', reason: `${url} has ${announced} bytes, not ${expected}.`, remedy: 'Fetch it from another address, or check the expected digest and size.' });
}

export function tooLong(url: string, limit: number): B2dError {
  return new B2dError('The boot image is not the expected one.', { exit: 'imageInvalid', reason: `${url} sends more than ${limit} bytes.`, remedy: 'Check the address.' });
}

export function noSpace(folder: string, needed: number, free: number): B2dError {
  return new B2dError(`There is no room for the image in ${folder}.`, {
    exit: 'storage', reason: `It needs ${formatBytes(needed)} more, and ${formatBytes(free)} are free.`, remedy: 'Free some space, then run the command again, or choose another folder with B2D_HOME.',
  });
}

export function wrongDigest(url: string, actual: string, expected: string): B2dError {
  return new B2dError('The boot image is not the expected one.', {
    exit: 'imageInvalid', reason: `The SHA-256 of ${url} is ${actual}, not ${expected}. What was downloaded is deleted.`, remedy: 'Fetch it again; if that does not help, do not use it.',
  });
}

export function interrupted(url: string): B2dError {
  return new B2dError(`The download of ${url} was interrupted.`, { exit: 'interrupted', remedy: 'Run the command again: it goes on from there.' });
}

export function proxyRefused(url: string, proxy: string, status: number): B2dError {
  return status === 407 ? refusedStatus(url, 407, false) : failed(url, `The proxy ${proxy} does not let it through (${status}).`, 'Ask who runs the proxy to allow the address, or name another: HTTPS_PROXY=http://HOST:PORT');
}

export function uncopied(url: string): B2dError {
  return failed(url, `Node ${process.versions.node} keeps what comes in memory that it overwrites: b2d does not know how to download with it.`, ['Install a release of Node with long-term support.', IN_A_BROWSER]);
}

export function redirectRefused(from: string, to: string): B2dError {
  return failed(from, `The server redirects to plain http (${to}), where anybody on the way could change the image.`, 'Use another address.');
}

/** The words of Node and OpenSSL for certificates that are not trusted, and what they mean to the user. */
const CERTIFICATE_REASONS: Record<string, [reason: string, remedy: string]> = {
  ERR_TLS_CERT_ALTNAME_INVALID: ['The server\'s certificate is for another name', 'Check the address.'],
  CERT_HAS_EXPIRED: ['The server\'s certificate has expired', 'Check this computer\'s date and time.'],
  CERT_NOT_YET_VALID: ['The server\'s certificate is not valid yet', 'Check this computer\'s date and time.'],
};
const UNKNOWN_AUTHORITY: [string, string] = ['Nobody this computer trusts vouches for the server\'s certificate', 'If your company inspects connections, name its certificate authority: B2D_CA=FILE.pem'];
const UNKNOWN_AUTHORITY_CODES = ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_UNTRUSTED'];

/** What got or a hook of ours threw, as an error for the user or as one that another try may mend. */
export function classify(url: string, error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof B2dError || cause instanceof TryAgain) return cause;
  const code = codeOf(error) ?? '';
  if (code === 'ERR_TOO_MANY_REDIRECTS') return failed(url, 'The server redirects in a circle, or more than five times.', 'Check the address.', error);
  const [reason, remedy] = CERTIFICATE_REASONS[code] ?? (UNKNOWN_AUTHORITY_CODES.includes(code) ? UNKNOWN_AUTHORITY : []);
  if (reason !== undefined && remedy !== undefined) return failed(url, `${reason} (${messageOf(error)}).`, remedy, error);
  if (/^ERR_SSL_|^ERR_INVALID_URL$|^ERR_UNSUPPORTED_PROTOCOL$/.test(code)) return failed(url, `${messageOf(error)}.`, 'Check the address.', error);
  return new TryAgain(NETWORK_REASONS[code] ?? `The connection broke off (${messageOf(error)}).`);
}

const NETWORK_REASONS: Record<string, string> = {
  ENOTFOUND: 'The name of the server cannot be found.',
  EAI_AGAIN: 'The name of the server cannot be looked up.',
  ECONNREFUSED: 'The server, or the proxy, does not answer (connection refused).',
  ENETUNREACH: 'There is no way to the server: this computer seems to be offline.',
  EHOSTUNREACH: 'There is no way to the server.',
};
