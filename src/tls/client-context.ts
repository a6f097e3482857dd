import { B2dError } from '../errors.ts';
import { readIfThere } from '../platform/files.ts';
import type { Platform } from '../platform/platform.ts';
import { tlsPaths } from './paths.ts';

/** What a client of the machine's engine presents and trusts, as `node:tls` and got's `https` options take it. */
export interface ClientContext {
  ca: string;
  cert: string;
  key: string;
}

/** Reads the client's TLS files. @throws B2dError (stateUnreadable) where one is missing, (storage) where one cannot be read. */
export async function clientContext(platform: Platform, machineDirectory: string): Promise<ClientContext> {
  const paths = tlsPaths(platform, machineDirectory);
  const read = async (file: string): Promise<string> => {
    const text = await readIfThere(file);
    if (text !== undefined) return text;
    throw new B2dError(`The TLS file ${file} is missing.`, {
      exit: 'stateUnreadable',
      reason: 'It is made by "b2d up" and needed to talk to the engine.',
      remedy: ['b2d down', 'b2d up'],
    });
  };
  return { ca: await read(paths.ca), cert: await read(paths.clientCertificate), key: await read(paths.clientKey) };
}
