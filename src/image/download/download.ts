import fs from 'node:fs';
import { B2dError } from '../../errors.ts';
import { formatDuration } from '../../output/units.ts';
import { digestOf } from '../../platform/digest.ts';
import { exists, storageError } from '../../platform/files.ts';
import { withLock } from '../../platform/lock.ts';
import { checkedAddress } from './address.ts';
import { attempt } from './attempt.ts';
import { gaveUp, interrupted, TryAgain, wrongDigest } from './errors.ts';
import { openJob, type Job } from './job.ts';
import { DEFAULT_PATIENCE, type Downloaded, type DownloadOptions } from './options.ts';
import { readKnown, sidecarOf, writeKnown } from './partial.ts';
import { delayBefore } from './retry.ts';

/**
 * Downloads a file, going on where an earlier call was cut off, and gives it its name only when it is whole and verified. Of several callers with the same
 * `partial`, in whatever processes, one downloads and the others wait for its file.
 * @throws B2dError (network, imageInvalid, storage, usage)
 */
export async function download(options: DownloadOptions): Promise<Downloaded> {
  checkedAddress(options.url, options);
  let waited = false;
  const lockOptions = {
    purpose: 'download',
    busy: 'Another b2d downloads this image.',
    waitMs: options.patience?.deadlineMs ?? DEFAULT_PATIENCE.deadlineMs,
    onWait: (holder: string) => {
      waited = true;
      options.onNote?.(`Waiting for another b2d that downloads the same: ${holder}`);
    },
  };
  return withLock(options.platform, options.lock, lockOptions, async () => (await findFinished(options, waited)) ?? (await downloadAlone(options)));
}

/** The file that is there already: that of the expected digest, or the one that the b2d waited for has just finished. */
async function findFinished({ partial, sha256, target }: DownloadOptions, waited: boolean): Promise<Downloaded | undefined> {
  const known = sha256 === undefined && waited ? await readKnown(partial) : undefined;
  const digest = sha256 ?? known?.finished;
  if (digest === undefined || !(await hasDigest(target(digest), digest))) return undefined;
  return { file: target(digest), sha256: digest, size: (await fs.promises.stat(target(digest))).size, etag: known?.etag, fetched: false };
}

async function downloadAlone(options: DownloadOptions): Promise<Downloaded> {
  const job = await openJob(options);
  try {
    await fetchAll(job);
    const { partial } = job;
    if (options.sha256 !== undefined && partial.digest() !== options.sha256 && partial.pieces > 1) {
      options.onNote?.('What was there does not belong to what came: downloading the whole anew.');
      await partial.begin(job.wanted);
      await fetchAll(job);
    }
    return await finish(job);
  } catch (error) {
    if (!job.partial.resumable) await job.partial.remove();
    throw error;
  } finally {
    await job.partial.close();
  }
}

/** Tries until all bytes are there, or nothing new comes any more. */
async function fetchAll(job: Job): Promise<void> {
  const { partial, options, patience, clock, shown } = job;
  let [best, vain] = [partial.size, 0];
  while (partial.size === 0 || partial.size !== (options.size ?? partial.known.size)) {
    try {
      return await attempt(job);
    } catch (error) {
      if (options.signal?.aborted) throw interrupted(shown);
      if (!(error instanceof TryAgain)) throw error;
      const gained = partial.size - best >= patience.stallBytes;
      [best, vain] = gained ? [partial.size, 1] : [best, vain + 1];
      if (vain >= patience.tries) throw gaveUp(shown, error.message, partial.size);
      const delay = delayBefore(vain, error.askedMs, clock.random);
      job.spend(delay);
      options.onNote?.(`${error.message} Trying again in ${formatDuration(delay)}.`);
      await clock.sleep(delay, options.signal).catch(() => { throw interrupted(shown); });
    }
  }
}

/** Verifies, and only then gives the file its name. Until then everything can be cut off and done again. */
async function finish({ partial, options, shown }: Job): Promise<Downloaded> {
  const sha256 = partial.digest();
  const file = options.target(sha256);
  await partial.seal();
  try {
    if (options.sha256 !== undefined && sha256 !== options.sha256) throw wrongDigest(shown, sha256, options.sha256);
    await options.check?.(partial.file);
  } catch (error) {
    if (error instanceof B2dError && error.exit === 'imageInvalid') await partial.remove();
    throw error;
  }
  await putInPlace(partial.file, file, sha256);
  if (options.sha256 !== undefined) await fs.promises.rm(sidecarOf(partial.file), { force: true });
  else await writeKnown(partial.file, { ...partial.known, finished: sha256 }); // for those who wait
  return { file, sha256, size: partial.size, etag: partial.known.etag, fetched: true };
}

/** Another download may have brought the same content: it stays, since a machine may run from it. */
async function putInPlace(from: string, file: string, sha256: string): Promise<void> {
  try {
    if (await hasDigest(file, sha256)) await fs.promises.rm(from);
    else await fs.promises.rename(from, file);
  } catch (error) {
    throw storageError('put in place', file, error);
  }
}

async function hasDigest(file: string, sha256: string): Promise<boolean> {
  if (!(await exists(file))) return false;
  return (await digestOf(file)) === sha256;
}
