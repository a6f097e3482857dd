const FIRST_MS = 1000;
const LONGEST_MS = 30_000;
/** A server may ask for more; it is not waited for longer than this between two tries. */
const LONGEST_ASKED_MS = 120_000;

/** The status codes that another try may change: RFC 9110 15, RFC 6585 4, RFC 8470 5.2. */
export function isPassing(status: number): boolean {
  return [408, 425, 429, 500, 502, 503, 504].includes(status);
}

/**
 * Milliseconds until the next try: doubled with each one in vain, up to half of it left to chance so that those who were cut off together do not come back together,
 * and at least what the server asked for.
 * @param vain tries in a row that brought nothing, this one included
 */
export function delayBefore(vain: number, askedMs: number | undefined, random: () => number): number {
  const full = Math.min(FIRST_MS * 2 ** Math.max(0, vain - 1), LONGEST_MS);
  return Math.max(full / 2 + (random() * full) / 2, Math.min(askedMs ?? 0, LONGEST_ASKED_MS));
}

/** What a Retry-After says, in milliseconds: seconds, or a date (RFC 9110 10.2.3). Undefined where it says nothing that can be read. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
