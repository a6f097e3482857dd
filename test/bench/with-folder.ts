import fs from 'node:fs/promises';
import { plainFolder } from '../support/temp.ts';
import { withCleanup } from './cleanup.ts';

/** Runs the work with a temporary folder that is removed afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await plainFolder('b2d-bench');
  return withCleanup(() => fs.rm(folder, { recursive: true, force: true }), () => work(folder));
}
