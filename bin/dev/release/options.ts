import { parseArgs } from 'node:util';
import { B2dError, messageOf } from '../../../src/errors.ts';

/**
 * Why 400 days: a user who has only a copy of an old manifest is held back for that long at the most, and a project that publishes once a year
 * still has a month to renew before every b2d in the field stops believing its newest release.
 */
export const DEFAULT_EXPIRES_DAYS = 400;

export interface ReleaseOptions {
  out: string | undefined;
  keys: string[];
  url: string | undefined;
  downloadUrl: string | undefined;
  notes: string | undefined;
  expiresDays: number;
  /** In place of making a release: the folder of one whose manifest is to be renewed, or the file of a key to make. */
  renew: string | undefined;
  newKey: string | undefined;
}

/** @throws B2dError (usage) */
export function readOptions(argv: readonly string[]): ReleaseOptions {
  const values = parse(argv);
  const keys = values.key ?? [];
  if (values['local-key'] && keys.length > 0) throw usage('--local-key and --key exclude each other.', 'A release that a throw-away key has signed as well would be no more trusted.');
  if (values.renew !== undefined && keys.length === 0) throw usage('--renew needs --key.', 'A throw-away key is known to no package that is there already.');
  return {
    out: values.out, keys, url: address('--url', values.url), downloadUrl: address('--download-url', values['download-url']), notes: values.notes,
    expiresDays: days(values['expires-days']), renew: values.renew, newKey: values['new-key'],
  };
}

function parse(argv: readonly string[]) {
  const string = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        out: string, key: { ...string, multiple: true }, 'local-key': { type: 'boolean' }, url: string, 'download-url': string, notes: string,
        'expires-days': string, renew: string, 'new-key': string,
      },
    }).values;
  } catch (error) {
    throw usage('The options cannot be understood.', messageOf(error).replace(/\.? To specify.*/s, '.'));
  }
}

/** An address without the slash at its end. */
function address(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '') return text.replace(/\/+$/, '');
  throw usage(`${option} ${text} cannot be used.`, 'It must be an https:// or http:// address without user, query or fragment.');
}

function days(text: string | undefined): number {
  if (text === undefined) return DEFAULT_EXPIRES_DAYS;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1 && number <= 36_500) return number;
  throw usage(`--expires-days ${text} cannot be used.`, 'It must be a whole number of days from 1 to 36500.');
}

function usage(message: string, reason: string): B2dError {
  return new B2dError(message, { exit: 'usage', reason, remedy: 'npm run release -- --help' });
}
