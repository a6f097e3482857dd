import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** A fresh folder with an awkward name: spaces, a quote, non-ASCII letters. Remove it with `removeFolder`. */
export async function awkwardFolder(label = 'b2d'): Promise<string> {
  const base = await fs.mkdtemp(path.join(os.tmpdir(), `${label}-`));
  const folder = path.join(base, "Jörg's $HOME `x` 100%");
  await fs.mkdir(folder);
  return folder;
}

/** Removes a folder made by `awkwardFolder`, its random parent included. */
export async function removeFolder(folder: string): Promise<void> {
  await fs.rm(path.dirname(folder), { recursive: true, force: true, maxRetries: 3 });
}

/** A fresh folder with a plain short name, for what has path length limits. */
export function plainFolder(label = 'b2d'): Promise<string> {
  return fs.mkdtemp(path.join(os.tmpdir(), `${label}-`));
}
