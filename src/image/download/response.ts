import type { IncomingHttpHeaders } from 'node:http';
import { encoded, otherLength, refusedStatus, TryAgain, webPage } from './errors.ts';
import { isPassing, retryAfter } from './retry.ts';

/** A Last-Modified names one version only when the file was not changed again in the same moment: RFC 9110 8.8.2.2, with the minute of RFC 7232. */
const SURELY_LATER_MS = 60_000;

export interface Answer {
  statusCode: number;
  headers: IncomingHttpHeaders;
}

/** What the answer means for the bytes that are there. */
export interface Plan {
  /** `append`: go on behind them; `anew`: the whole file comes; `complete`: nothing is missing; `useless`: drop them and ask again. */
  way: 'append' | 'anew' | 'complete' | 'useless';
  /** Bytes of the whole file, where the server says. */
  total: number | undefined;
}

/**
 * Judges an answer before a byte of it is written.
 * @throws B2dError for one that no other try would change, TryAgain for a passing one
 */
export function judge(url: string, { statusCode, headers }: Answer, wanted: { offset: number; etag?: string | undefined; size?: number | undefined; now: number }): Plan {
  const html = /^\s*(text\/html|application\/xhtml)/i.test(headers['content-type'] ?? '');
  if (isPassing(statusCode)) throw new TryAgain(`The server answers with status ${statusCode}.`, retryAfter(headers['retry-after'], wanted.now));
  const range = parseContentRange(headers['content-range']);
  if (statusCode === 416 && wanted.offset > 0) return { way: range.total === wanted.offset ? 'complete' : 'useless', total: range.total };
  if (statusCode !== 200 && statusCode !== 206) throw refusedStatus(url, statusCode, html);
  if (html) throw webPage(url);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') throw encoded(url, encoding);
  const otherVersion = wanted.offset > 0 && wanted.etag !== undefined && headers.etag !== undefined && headers.etag !== wanted.etag;
  if (statusCode === 206 && (range.start !== wanted.offset || otherVersion)) return { way: 'useless', total: undefined };
  const total = statusCode === 206 ? range.total : contentLength(headers);
  if (total !== undefined && wanted.size !== undefined && total !== wanted.size) throw otherLength(url, wanted.size, total);
  return { way: statusCode === 206 && wanted.offset > 0 ? 'append' : 'anew', total };
}

/** What may stand in an If-Range for this answer's file: RFC 9110 13.1.5 takes strong validators only. */
export function validatorOf(headers: IncomingHttpHeaders): string | undefined {
  if (headers.etag?.startsWith('"')) return headers.etag;
  const modified = headers['last-modified'];
  return modified !== undefined && Date.parse(headers.date ?? '') - Date.parse(modified) >= SURELY_LATER_MS ? modified : undefined;
}

function contentLength(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['content-length'];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** `bytes 100-199/200`, with `*` for an unknown total, or as a 416 has it: bytes, star, slash, total. */
function parseContentRange(text: string | undefined): { start: number | undefined; total: number | undefined } {
  const [, start, total] = /^bytes\s+(?:(\d+)-\d+|\*)\/(\d+|\*)$/i.exec(text?.trim() ?? '') ?? [];
  const number = (digits: string | undefined): number | undefined => (digits === undefined || digits === '*' ? undefined : Number(digits));
  return { start: number(start), total: number(total) };
}
