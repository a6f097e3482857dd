import { B2dCommand } from '../../cli/base.ts';
import { messageOf } from '../../errors.ts';
import { findLeftovers } from '../../image/leftovers.ts';
import { listImages } from '../../image/list.ts';
import { imageUses } from '../../machine/image-uses.ts';
import { formatTable } from '../../output/table.ts';
import { formatBytes, formatTime } from '../../output/units.ts';

export default class ImageLs extends B2dCommand<typeof ImageLs> {
  static override summary = 'List the boot images in the store and the machines that need them.';
  static override description = 'Downloads that were cut off and can go on stand below.';

  async run(): Promise<object> {
    const { platform, home, progress } = this.workspace;
    const uses = await imageUses(platform, home);
    const images = (await listImages(platform, home)).map(({ sha256, version, bytes, storedAt, file }) => ({ sha256, version, bytes, storedAt: storedAt.toISOString(), machines: uses.machines.get(sha256) ?? [], file }));
    const downloads = (await findLeftovers(platform, home)).filter(({ resumable }) => resumable).map(({ url, bytes, holder }) => ({ url, bytes, running: holder !== undefined }));
    this.log(formatTable([
      ['digest', 'version', 'size', 'stored', 'machines'],
      ...images.map(({ sha256, version, bytes, storedAt, machines }) => [sha256.slice(0, 12), version, formatBytes(bytes), formatTime(new Date(storedAt)), machines.join(', ')]),
    ]));
    for (const { url, bytes, running } of downloads) this.log(`${formatBytes(bytes)} of ${url}: ${running ? 'is being downloaded' : 'the download was cut off'}`);
    for (const { folder, problem } of uses.unknown) progress.note(`It cannot be told which image the machine in ${folder} needs: ${messageOf(problem)}`);
    return { images, downloads, unknown: uses.unknown.map(({ folder, problem }) => ({ folder, error: messageOf(problem) })) };
  }
}
