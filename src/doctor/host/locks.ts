import fs from 'node:fs/promises';
import { lockHolder } from '../../platform/lock.ts';
import type { Platform } from '../../platform/platform.ts';

/** The locks that are held now: machine -> who holds it, as a sentence. */
export async function heldLocks(platform: Platform, home: string | undefined): Promise<Map<string, string>> {
  const held = new Map<string, string>();
  if (home === undefined) return held;
  const folder = platform.path.join(home, 'locks');
  for (const file of await fs.readdir(folder).catch(() => [])) {
    if (!file.endsWith('.lock')) continue;
    const holder = await lockHolder(platform.path.join(folder, file));
    if (holder !== undefined) held.set(file.slice(0, -'.lock'.length), holder);
  }
  return held;
}
