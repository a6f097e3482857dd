import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { codeOf } from '../errors.ts';
import { makePrivateDirectory, readIfThere, storageError, writeAtomic, writePrivate } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { preparePrivateFolder } from '../platform/private-folder.ts';
import { dockerDirectory, goJson } from './docker-config.ts';

/**
 * A context's meta.json, as the docker client writes it since 19.03 (its package cli/context/store). The client keeps what it does not know in Metadata,
 * and older ones pass it over.
 */
export interface ContextMeta {
  Name: string;
  Metadata: { Description?: string } & Record<string, unknown>;
  Endpoints: { docker?: { Host?: string; SkipTLSVerify?: boolean } };
}

/** What the client takes of a context's TLS folder. */
export const TLS_FILES = ['ca.pem', 'cert.pem', 'key.pem'] as const;

export type TlsMaterial = Record<(typeof TLS_FILES)[number], string>;

function contextPaths(platform: Platform, name: string): { meta: string; metaFolder: string; tls: string; tlsRoot: string } {
  const { join } = platform.path;
  const store = join(dockerDirectory(platform), 'contexts');
  const id = createHash('sha256').update(name).digest('hex');
  const metaFolder = join(store, 'meta', id);
  const tlsRoot = join(store, 'tls', id);
  return { metaFolder, meta: join(metaFolder, 'meta.json'), tlsRoot, tls: join(tlsRoot, 'docker') };
}

/** Where the client looks for a context's certificates and key. */
export function contextTls(platform: Platform, name: string): string {
  return contextPaths(platform, name).tls;
}

/** The context of that name; undefined where there is none. @throws SyntaxError where its meta.json is damaged; B2dError (storage) */
export async function readContext(platform: Platform, name: string): Promise<ContextMeta | undefined> {
  const text = await readIfThere(contextPaths(platform, name).meta);
  return text === undefined ? undefined : (JSON.parse(text) as ContextMeta);
}

/** All contexts that can be read, by name. The one that is built into the client is not among them. */
export async function listContexts(platform: Platform): Promise<ContextMeta[]> {
  const folder = platform.path.join(dockerDirectory(platform), 'contexts', 'meta');
  const ids = await fs.readdir(folder).catch(() => []);
  const texts = await Promise.all(ids.map((id) => readIfThere(platform.path.join(folder, id, 'meta.json')).catch(() => undefined)));
  return texts.flatMap((text) => tryParse(text)).sort((a, b) => (a.Name < b.Name ? -1 : 1));
}

function tryParse(text: string | undefined): ContextMeta[] {
  try {
    const meta = JSON.parse(text ?? 'null') as ContextMeta | null;
    return typeof meta?.Name === 'string' ? [{ ...meta, Metadata: meta.Metadata ?? {}, Endpoints: meta.Endpoints ?? {} }] : [];
  } catch {
    return []; // the client itself complains
  }
}

/**
 * Makes a context, or brings one up to date; writes only what differs. The key first, meta.json last: the client sees a new context when it is whole.
 * @returns whether anything was written
 * @throws B2dError (storage)
 */
export async function writeContext(platform: Platform, meta: ContextMeta, material: TlsMaterial): Promise<boolean> {
  const paths = contextPaths(platform, meta.Name);
  await preparePrivateFolder(platform, paths.tls, []);
  let written = false;
  for (const name of TLS_FILES) {
    const file = platform.path.join(paths.tls, name);
    if ((await readIfThere(file)) === material[name]) continue;
    await writePrivate(platform, file, material[name]);
    written = true;
  }
  const text = goJson(meta);
  if ((await readIfThere(paths.meta)) === text) return written;
  await makePrivateDirectory(platform, paths.metaFolder);
  await writeAtomic(paths.meta, text);
  return true;
}

/** Removes a context with its key; one that is not there is no error. @throws B2dError (storage) */
export async function removeContext(platform: Platform, name: string): Promise<void> {
  const paths = contextPaths(platform, name);
  for (const folder of [paths.metaFolder, paths.tlsRoot]) {
    await fs.rm(folder, { recursive: true, force: true }).catch((error: unknown) => { throw storageError('remove', folder, error); });
  }
}

/** The client's certificates as they are in that folder (DOCKER_CERT_PATH). @throws B2dError (storage) where one is missing or cannot be read */
export async function readMaterial(platform: Platform, folder: string): Promise<TlsMaterial> {
  const read = async (name: string): Promise<string> => {
    const file = platform.path.join(folder, name);
    return fs.readFile(file, 'utf8').catch((error: unknown) => { throw storageError('read', file, Object.assign(new Error('It is missing.'), { code: codeOf(error) === 'ENOENT' ? '' : codeOf(error) })); });
  };
  return { 'ca.pem': await read('ca.pem'), 'cert.pem': await read('cert.pem'), 'key.pem': await read('key.pem') };
}
