import { B2dError, messageOf } from '../errors.ts';
import { importImage } from '../image/import.ts';
import { withStore } from '../image/locks.ts';
import { resolveSource, type ImageSource, type SourceOptions } from '../image/source.ts';
import { findImage, type StoredImage } from '../image/store.ts';
import { describeTransfer } from '../output/transfer.ts';
import { withoutLogin } from '../output/without-login.ts';
import { architectureOf } from '../release/image.ts';
import { machineFlag } from './errors.ts';
import { machinePaths } from './paths.ts';
import type { MachineImage } from './record.ts';
import type { Workspace } from './workspace.ts';

/**
 * Brings the image that `iso` means into the store, if it is not there, and shows how that gets on.
 * @param iso a path or an address; the image of this b2d where there is none
 * @throws B2dError (usage, imageInvalid, storage, network)
 */
export async function fetchImage(workspace: Workspace, iso: string | undefined, options: SourceOptions = {}): Promise<{ image: StoredImage; source: ImageSource }> {
  const { platform, packageRoot, cwd } = workspace;
  const source = await resolveSource(platform, packageRoot, iso, cwd, options);
  return { source, image: await fetchSource(workspace, source, options) };
}

/** Brings the image from there into the store, if it is not in it. @throws B2dError (imageInvalid, storage, network) */
export async function fetchSource(workspace: Workspace, source: ImageSource, options: SourceOptions = {}): Promise<StoredImage> {
  const { platform, home } = workspace;
  const known = source.kind === 'url' && source.sha256 !== undefined ? await findImage(platform, home, source.sha256) : undefined;
  const image = known ?? (await importShown(workspace, source, options));
  if (image.arch !== '' && image.arch !== architectureOf(platform)) throw foreign(image, architectureOf(platform));
  return image;
}

function foreign(image: StoredImage, architecture: string): B2dError {
  return new B2dError(`Image ${nameOf(image)} is for another kind of processor.`, {
    exit: 'imageInvalid', reason: `It is for ${image.arch}, and this computer is ${architecture}.`, remedy: `Name an image for ${architecture}: b2d init --iso PATH-OR-URL`,
  });
}

function importShown({ platform, home, network, progress }: Workspace, source: ImageSource, { allowHttp = false }: SourceOptions): Promise<StoredImage> {
  return progress.step(`Image: ${labelOf(source)}`, (step) => importImage(platform, home, source, {
    ...network,
    allowHttp,
    onNote: progress.note,
    onProgress: (transfer) => step.update(describeTransfer(transfer), transfer.total && transfer.received / transfer.total),
  }), (image) => `Image ${nameOf(image)}`);
}

/** Where an image comes from, as it is shown and recorded: without a password. */
export function labelOf(source: ImageSource): string {
  return source.kind === 'file' ? source.file : withoutLogin(source.url);
}

/** What an image is called to the user: its version, else the beginning of its digest. */
export function nameOf(image: { sha256: string; version: string }): string {
  return image.version === '' ? image.sha256.slice(0, 12) : `b2d ${image.version} (${image.sha256.slice(0, 12)})`;
}

/**
 * Sees to it that an image of the machine is in the store, fetching it again from where it came when it is gone. Its digest is known, so an address of plain http
 * that was allowed once is so again; one that was recorded without its password is asked without.
 * @throws B2dError (imageInvalid) when what is there now is another image, (network, storage) when it cannot be fetched.
 */
export async function ensureImage(workspace: Workspace, name: string, { sha256, source: from }: MachineImage): Promise<StoredImage> {
  const { platform, home, packageRoot } = workspace;
  const known = await findImage(platform, home, sha256);
  if (known !== undefined) return known;
  try {
    const options = { sha256, allowHttp: true };
    // A path that somebody wrote into machine.json starts there, wherever b2d is called.
    return await importShown(workspace, await resolveSource(platform, packageRoot, from, machinePaths(platform, home, name).directory, options), options);
  } catch (error) {
    const { reason, exit } = error instanceof B2dError ? error : { exit: 'imageInvalid' as const };
    throw new B2dError(`The boot image of "${name}" is gone.`, {
      exit,
      reason: `It came from ${withoutLogin(from)}. ${messageOf(error)}${reason ? ` ${reason}` : ''}`,
      remedy: `Give it an image; the data stays: b2d up${machineFlag(name)} --iso PATH-OR-URL`,
      cause: error,
    });
  }
}

/**
 * Writes down that a machine uses an image that was just fetched. No image is removed meanwhile.
 * @returns false where another b2d has removed it before: nothing is written then
 */
export function adoptImage({ platform, home }: Workspace, sha256: string, write: () => Promise<void>): Promise<boolean> {
  return withStore(platform, home, 'init', async () => {
    if ((await findImage(platform, home, sha256)) === undefined) return false;
    await write();
    return true;
  });
}
