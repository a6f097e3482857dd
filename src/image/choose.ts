import { B2dError } from '../errors.ts';
import type { ListedImage } from './list.ts';

/** Fewer digits are too easily another image's. */
const MIN_DIGITS = 6;

/**
 * The image that a word means: a version, or the first digits of a digest.
 * @throws B2dError (usage) where it means several or has too few digits, (imageInvalid) where it means none
 */
export function chooseImage(images: readonly ListedImage[], word: string): ListedImage {
  const digits = word.toLowerCase().replace(/^sha256:/, '');
  const ofVersion = images.filter(({ version }) => version !== '' && version === word);
  const isDigest = /^[0-9a-f]+$/.test(digits);
  const found = ofVersion.length > 0 || !isDigest ? ofVersion : images.filter(({ sha256 }) => sha256.startsWith(digits));
  if (isDigest && ofVersion.length === 0 && digits.length < MIN_DIGITS) {
    throw new B2dError(`"${word}" is too short for a digest.`, { exit: 'usage', reason: `At least ${MIN_DIGITS} digits are needed.`, remedy: 'See them: b2d image ls' });
  }
  const [image, ...others] = found;
  if (image === undefined) throw new B2dError(`There is no image "${word}" in the store.`, { exit: 'imageInvalid', remedy: 'See which there are: b2d image ls' });
  if (others.length === 0) return image;
  throw new B2dError(`"${word}" means ${found.length} images.`, { exit: 'usage', details: found.map(({ sha256, version }) => `${sha256}  ${version}`), remedy: 'Name more digits of the digest.' });
}
