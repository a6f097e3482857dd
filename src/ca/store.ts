import fs from 'node:fs/promises';
import { B2dError, codeOf } from '../errors.ts';
import { makePrivateDirectory, readIfThere, storageError, writeAtomic } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { judgeAuthority, readCertificates, type Authority } from './certificates.ts';
import { authorityNames, CA_NAME, CA_SUFFIX, caDirectory } from './folder.ts';

/** A file of authorities that every machine's engine trusts. */
export interface StoredAuthorities {
  name: string;
  file: string;
  pem: string;
  authorities: Authority[];
}

export interface CaStore {
  platform: Platform;
  home: string;
  now(): Date;
}

/**
 * Keeps the certificates of a file (and nothing else of it), for all machines.
 * @returns whether they were there already, under that name
 * @throws B2dError (usage) for a file without a CA, a name that is taken or not possible; (storage)
 */
export async function addAuthorities(store: CaStore, source: string, wantedName?: string): Promise<StoredAuthorities & { known: boolean }> {
  const { platform, now } = store;
  const bytes = await fs.readFile(source).catch((error: unknown) => { throw unreadable(source, error); });
  const certificates = readCertificates(bytes, source);
  const authorities = certificates.map((certificate) => judgeAuthority(certificate, source, now()));
  const name = checkedName(wantedName ?? defaultName(platform, source));
  const file = fileOf(store, name);
  const pem = certificates.map(String).join('');
  const before = await readIfThere(file);
  if (before !== undefined && before !== pem) {
    throw new B2dError(`There are other certificates by the name "${name}".`, { exit: 'usage', remedy: [`To replace them: b2d ca rm ${name}`, 'To keep both, give these another name: --name NAME'] });
  }
  await makePrivateDirectory(platform, caDirectory(store));
  if (before === undefined) await writeAtomic(file, pem);
  return { name, file, pem, authorities, known: before !== undefined };
}

/** All authorities, by name. A file that cannot be used is told to `note` and left out. */
export async function listAuthorities(store: CaStore, note: (text: string) => void): Promise<StoredAuthorities[]> {
  const found: StoredAuthorities[] = [];
  for (const name of await authorityNames(store)) {
    const file = fileOf(store, name);
    try {
      const certificates = readCertificates(await fs.readFile(file), file);
      found.push({ name, file, pem: certificates.map(String).join(''), authorities: certificates.map((certificate) => judgeAuthority(certificate, file, store.now())) });
    } catch (error) {
      if (!(error instanceof B2dError)) throw storageError('read', file, error);
      note(`${error.message} ${error.reason ?? ''} It counts for nothing:  b2d ca rm ${name}`);
    }
  }
  return found;
}

/** Forgets the certificates of that name. @throws B2dError (usage) where there are none */
export async function removeAuthorities(store: CaStore, name: string): Promise<void> {
  const file = fileOf(store, checkedName(name));
  try {
    await fs.rm(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw storageError('remove', file, error);
    const known = await authorityNames(store);
    throw new B2dError(`There are no certificates by the name "${name}".`, { exit: 'usage', reason: known.length === 0 ? 'There are none at all.' : `There are: ${known.join(', ')}.`, remedy: 'b2d ca ls' });
  }
}

const fileOf = (store: CaStore, name: string): string => store.platform.path.join(caDirectory(store), `${name}${CA_SUFFIX}`);

/** `/tmp/Example Root.crt` is `Example-Root`. */
function defaultName({ path }: Platform, source: string): string {
  return path.basename(source).replace(/\.[A-Za-z0-9]{1,4}$/, '').replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|-+$/g, '').slice(0, 64) || 'ca';
}

function checkedName(name: string): string {
  if (CA_NAME.test(name)) return name;
  throw new B2dError(`"${name}" cannot be a name for certificates.`, { exit: 'usage', reason: 'It must be letters, digits, "-", "_" and ".", at most 64, and begin with a letter or digit.', remedy: 'Choose another: --name company' });
}

function unreadable(file: string, error: unknown): B2dError {
  const missing = codeOf(error) === 'ENOENT';
  if (!missing) return storageError('read', file, error);
  return new B2dError(`There is no file ${file}.`, { exit: 'usage', remedy: 'Give the path of the CA\'s certificate: b2d ca add FILE', cause: error });
}
