import fs from 'node:fs/promises';
import { B2dError, messageOf } from '../errors.ts';
import { digestOf } from '../platform/digest.ts';
import { withLock } from '../platform/lock.ts';
import type { Platform } from '../platform/platform.ts';
import { inspectIso } from './iso9660.ts';
import { imageLock } from './locks.ts';
import { imageFile, recordStat, statFile } from './store.ts';

/** Another b2d that reads the same image needs seconds; one that downloads it, longer. */
const WAIT_MS = 10 * 60_000;

/**
 * Reads every byte of an image in the store again. One that is damaged is no longer taken for good: whoever needs it next fetches it again.
 * @returns what is wrong with it, as a sentence; undefined where nothing is
 * @throws B2dError (busy)
 */
export async function verifyImage(platform: Platform, home: string, sha256: string): Promise<string | undefined> {
  const file = imageFile(platform, home, sha256);
  return withLock(platform, imageLock(platform, home, sha256), { purpose: 'image verify', waitMs: WAIT_MS, busy: `Another b2d works on the image ${sha256.slice(0, 12)}.` }, async () => {
    const problem = await problemOf(file, sha256);
    if (problem === undefined) await recordStat(file);
    else await fs.rm(statFile(file), { force: true });
    return problem;
  });
}

async function problemOf(file: string, sha256: string): Promise<string | undefined> {
  try {
    const actual = await digestOf(file);
    if (actual !== sha256) return `Its SHA-256 is ${actual}.`;
    await inspectIso(file);
    return undefined;
  } catch (error) {
    return (error instanceof B2dError && error.reason) || messageOf(error);
  }
}
