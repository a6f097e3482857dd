import { Flags } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { pruneImages } from '../../machine/remove-images.ts';
import { formatBytes } from '../../output/units.ts';

export default class ImagePrune extends B2dCommand<typeof ImagePrune> {
  static override summary = 'Remove the boot images that no machine needs, and what killed downloads left.';
  static override description = 'Downloads that can go on stay. No data of any machine is touched.';
  static override flags = {
    all: Flags.boolean({ description: 'Remove downloads that were cut off and could go on as well.' }),
    'dry-run': Flags.boolean({ description: 'Remove nothing; tell what would be removed.' }),
  };

  async run(): Promise<object> {
    const { all, 'dry-run': dryRun } = this.flags;
    const { images, leftovers, freed, resumable } = await pruneImages(this.workspace, { all, dryRun });
    const { note } = this.workspace.progress;
    for (const { sha256, version, bytes } of images) note(`${dryRun ? 'Would remove' : 'Removed'} ${sha256.slice(0, 12)}${version === '' ? '' : ` (b2d ${version})`}, ${formatBytes(bytes)}`);
    for (const { files, url, bytes } of leftovers) note(`${dryRun ? 'Would remove' : 'Removed'} ${url === undefined ? files.join(', ') : `what came of ${url}`}, ${formatBytes(bytes)}`);
    for (const { url, bytes } of resumable) note(`Kept ${formatBytes(bytes)} of ${url}, whose download can go on; b2d image prune --all removes it.`);
    this.log(`${dryRun ? 'Would free' : 'Freed'} ${freed} bytes${freed < 1024 ? '' : ` (${formatBytes(freed)})`}.`);
    return {
      dryRun,
      images: images.map(({ sha256, version, bytes }) => ({ sha256, version, bytes })),
      leftovers: leftovers.map(({ files, url, bytes }) => ({ files, url, bytes })),
      freed,
      kept: resumable.map(({ url, bytes }) => ({ url, bytes })),
    };
  }
}
