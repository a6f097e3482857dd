import { B2dCommand } from '../cli/base.ts';
import { imageResult } from '../cli/image-result.ts';
import { imageFlags } from '../cli/machine-flags.ts';
import { fetchImage } from '../machine/image.ts';

export default class Download extends B2dCommand<typeof Download> {
  static override summary = 'Fetch the boot image that a new machine would get, without making one.';
  static override description = 'Prints its SHA-256. Cut off, the same command goes on from there. A later "b2d init" then needs no network.';
  static override flags = imageFlags;

  async run(): Promise<object> {
    const { forNew, source } = this.requested;
    const result = await imageResult(await fetchImage(this.workspace, forNew.iso, source));
    this.log(result.sha256);
    return result;
  }
}
