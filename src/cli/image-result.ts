import fs from 'node:fs/promises';
import type { ImageSource } from '../image/source.ts';
import type { StoredImage } from '../image/store.ts';
import { labelOf } from '../machine/image.ts';

/** What the commands that fetch an image print of it. */
export async function imageResult({ image, source }: { image: StoredImage; source: ImageSource }): Promise<{ sha256: string; version: string; bytes: number; file: string; source: string }> {
  const { sha256, version, file } = image;
  return { sha256, version, bytes: (await fs.stat(file)).size, file, source: labelOf(source) };
}
