import fs from 'node:fs/promises';
import { codeOf } from '../errors.ts';
import { storageError } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';

type Place = { platform: Platform; home: string };

export const CA_SUFFIX = '.pem';
/** Members of the config drive have at most 100 characters without an extension of tar. */
export const CA_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Where the authorities are: a PEM file put there by hand counts as well. */
export const caDirectory = ({ platform, home }: Place): string => platform.path.join(home, 'ca');

/** The names of the files there, without a look into them: shells complete them. @throws B2dError (storage) */
export async function authorityNames(place: Place): Promise<string[]> {
  const entries = await fs.readdir(caDirectory(place)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw storageError('read', caDirectory(place), error);
  });
  return entries.filter((entry) => entry.endsWith(CA_SUFFIX)).map((entry) => entry.slice(0, -CA_SUFFIX.length)).filter((name) => CA_NAME.test(name)).sort();
}
