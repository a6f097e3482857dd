import { chooseImage } from '../image/choose.ts';
import { findLeftovers, removeLeftover, type Leftover } from '../image/leftovers.ts';
import { listImages, type ListedImage } from '../image/list.ts';
import { withStore } from '../image/locks.ts';
import { removeImage } from '../image/remove.ts';
import { B2dError } from '../errors.ts';
import { imageUses, requireKnownUses } from './image-uses.ts';
import type { Workspace } from './workspace.ts';

type Place = Pick<Workspace, 'platform' | 'home'>;

/**
 * Removes the images that the words mean, or none of them.
 * @throws B2dError (usage, imageInvalid) for a word that means no image, (busy) for an image that a machine needs or another b2d reads, (stateUnreadable)
 */
export function removeImages({ platform, home }: Place, words: readonly string[]): Promise<ListedImage[]> {
  return withStore(platform, home, 'image rm', async () => {
    const images = await listImages(platform, home);
    const chosen = [...new Set(words.map((word) => chooseImage(images, word)))];
    const uses = await imageUses(platform, home);
    for (const image of chosen) {
      const machines = uses.machines.get(image.sha256);
      if (machines !== undefined) throw inUse(image, machines);
    }
    requireKnownUses(uses);
    for (const { sha256 } of chosen) await removeImage(platform, home, sha256);
    return chosen;
  });
}

function inUse({ sha256 }: ListedImage, machines: readonly string[]): B2dError {
  return new B2dError(`The image ${sha256.slice(0, 12)} is needed by ${machines.map((name) => `"${name}"`).join(', ')}.`, {
    exit: 'busy',
    reason: 'A machine needs its image, the one that it can go back to, and, until its next start, the one that it was booted with.',
    remedy: ['Give the machine another image: b2d up --machine NAME --iso PATH-OR-URL', 'Or delete the machine with its data: b2d delete --machine NAME'],
  });
}

export interface Pruned {
  images: ListedImage[];
  leftovers: Leftover[];
  /** Bytes of both. */
  freed: number;
  /** Downloads that stay because they can go on. */
  resumable: Leftover[];
}

/**
 * Removes the images that no machine needs, and what killed runs left.
 * @param options.all downloads that could go on too; options.dryRun: nothing is removed, but what would be is told
 * @throws B2dError (stateUnreadable) where a machine cannot tell which image it needs: nothing is removed then
 */
export function pruneImages({ platform, home }: Place, { all = false, dryRun = false }: { all?: boolean; dryRun?: boolean }): Promise<Pruned> {
  return withStore(platform, home, 'image prune', async () => {
    const uses = await imageUses(platform, home);
    requireKnownUses(uses);
    const unused = (await listImages(platform, home)).filter(({ sha256 }) => !uses.machines.has(sha256));
    const images = await removable(unused, async ({ sha256 }) => dryRun || (await unlessRead(removeImage(platform, home, sha256))));
    const found = (await findLeftovers(platform, home)).filter(({ holder }) => holder === undefined);
    const leftovers = await removable(found.filter(({ resumable }) => all || !resumable), async (leftover) => dryRun || (await removeLeftover(platform, home, leftover)));
    const freed = [...images, ...leftovers].reduce((sum, { bytes }) => sum + bytes, 0);
    return { images, leftovers, freed, resumable: all ? [] : found.filter(({ resumable }) => resumable) };
  });
}

/** Those that were removed. */
async function removable<T>(all: readonly T[], remove: (one: T) => Promise<boolean>): Promise<T[]> {
  const removed: T[] = [];
  for (const one of all) if (await remove(one)) removed.push(one);
  return removed;
}

/** An image that another b2d reads at the moment stays. */
async function unlessRead(removed: Promise<void>): Promise<boolean> {
  try {
    await removed;
    return true;
  } catch (error) {
    if (error instanceof B2dError && error.exit === 'busy') return false;
    throw error;
  }
}
