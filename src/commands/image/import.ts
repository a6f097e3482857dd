import { Args } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { sourceFlags } from '../../cli/machine-flags.ts';
import { imageResult } from '../../cli/image-result.ts';
import { B2dError } from '../../errors.ts';
import { fetchImage } from '../../machine/image.ts';

export default class ImageImport extends B2dCommand<typeof ImageImport> {
  static override summary = 'Bring a boot image from a file or an address into the store, verified.';
  static override description = 'Prints its SHA-256. Cut off, the same command goes on from there.';
  static override args = { source: Args.string({ description: 'The path of an ISO file, or an https:// address.', required: true }) };
  static override flags = sourceFlags;
  static override examples = ['<%= config.bin %> image import b2d-amd64.iso', '<%= config.bin %> image import https://example.com/b2d-amd64.iso --sha256 DIGEST'];

  async run(): Promise<object> {
    const { source } = this.args;
    if (source === '') throw new B2dError('The name of the image is empty.', { exit: 'usage', remedy: 'b2d image import PATH-OR-URL' });
    const result = await imageResult(await fetchImage(this.workspace, source, this.requested.source));
    this.log(result.sha256);
    return result;
  }
}
