import { Args } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { ExitCode } from '../../exit-codes.ts';
import { chooseImage } from '../../image/choose.ts';
import { listImages } from '../../image/list.ts';
import { verifyImage } from '../../image/verify.ts';
import { imageUses } from '../../machine/image-uses.ts';
import { formatTable } from '../../output/table.ts';

export default class ImageVerify extends B2dCommand<typeof ImageVerify> {
  static override summary = 'Read every byte of the boot images in the store again and say which are damaged.';
  static override description = 'All images, or those that are named. Ends with 7 where one is damaged.';
  static override strict = false;
  static override args = { digest: Args.string({ description: 'The first digits of a digest, at least 6, or a version; several are possible.' }) };

  async run(): Promise<object> {
    const { platform, home, progress } = this.workspace;
    const all = await listImages(platform, home);
    const chosen = this.rest.length === 0 ? all : [...new Set(this.rest.map((word) => chooseImage(all, word)))];
    const { machines } = await imageUses(platform, home);
    const images = [];
    for (const { sha256, version } of chosen) {
      const problem = await progress.step(`Reading ${sha256.slice(0, 12)}`, () => verifyImage(platform, home, sha256));
      images.push({ sha256, version, ok: problem === undefined, ...(problem !== undefined && { problem }), machines: machines.get(sha256) ?? [] });
    }
    if (images.length > 0) this.log(formatTable(images.map(({ sha256, version, ok, problem }) => [ok ? 'ok' : 'damaged', sha256, version, problem])));
    for (const { sha256, machines: users } of images.filter(({ ok }) => !ok)) {
      progress.note(users.length > 0 ? `The next start of ${users.join(', ')} fetches ${sha256.slice(0, 12)} again.` : `Remove it: b2d image rm ${sha256.slice(0, 12)}`);
      process.exitCode = ExitCode.imageInvalid;
    }
    return { images };
  }
}
