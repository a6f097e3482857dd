import { B2dCommand } from '../../cli/base.ts';
import { diskUsage } from '../../machine/data-disk.ts';
import { formatTable } from '../../output/table.ts';
import { formatBytes } from '../../output/units.ts';

export default class DiskUsageCommand extends B2dCommand<typeof DiskUsageCommand> {
  static override summary = 'Show how full the data disk is, in the machine and on this computer.';
  static override description = 'What is in use in the machine is told while it runs. Where the file on this computer takes much more than that: b2d disk trim';

  async run(): Promise<object> {
    const usage = await diskUsage(this.workspace, await this.openMachine());
    const { guest } = usage;
    this.log(formatTable([
      ['size', formatBytes(usage.capacityBytes)],
      ...(guest ? [['used', formatBytes(guest.usedBytes)], ['free', formatBytes(guest.freeBytes)]] : []),
      ['file on this computer', usage.file === null ? 'none yet: it is made at the first start' : `${formatBytes(usage.hostBytes)}  ${usage.file}`],
      ['all of the machine', formatBytes(usage.folderBytes)],
    ]));
    return { name: this.machineName, ...usage };
  }
}
