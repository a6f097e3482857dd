import { Args } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { removeImages } from '../../machine/remove-images.ts';
import { formatBytes } from '../../output/units.ts';

export default class ImageRm extends B2dCommand<typeof ImageRm> {
  static override summary = 'Remove boot images from the store.';
  static override description = 'Never one that a machine needs (exit code 12). Where one of them cannot be removed, none is.';
  static override strict = false;
  static override args = { digest: Args.string({ description: 'The first digits of a digest, at least 6, or a version; several are possible.', required: true }) };
  static override examples = ['<%= config.bin %> image rm 3f9a2c', '<%= config.bin %> image rm 0.1.0'];

  async run(): Promise<object> {
    const removed = await removeImages(this.workspace, this.rest);
    for (const { sha256, bytes } of removed) this.workspace.progress.note(`Removed ${sha256.slice(0, 12)} (${formatBytes(bytes)}).`);
    return { removed: removed.map(({ sha256, version, bytes }) => ({ sha256, version, bytes })), freed: removed.reduce((sum, { bytes }) => sum + bytes, 0) };
  }
}
