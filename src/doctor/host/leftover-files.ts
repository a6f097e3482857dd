import fs from 'node:fs/promises';
import type { Platform } from '../../platform/platform.ts';

export interface LeftoverFile {
  file: string;
  bytes: number;
}

/** What a b2d that was killed leaves beside the files it was writing: `.partial`, and the temporary names of src/platform/files.ts. Logs end in one digit. */
export function isLeftover(name: string): boolean {
  return name.endsWith('.partial') || /\.\d{3,}(\.tmp)?$/.test(name);
}

/** The leftovers in a folder and those below it. None where it is not there. */
export async function findLeftovers(platform: Platform, folder: string, depth = 1): Promise<LeftoverFile[]> {
  const found: LeftoverFile[] = [];
  for (const entry of await fs.readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const file = platform.path.join(folder, entry.name);
    if (entry.isDirectory() && depth > 0) found.push(...(await findLeftovers(platform, file, depth - 1)));
    else if (entry.isFile() && isLeftover(entry.name)) found.push({ file, bytes: (await fs.stat(file)).size });
  }
  return found;
}
