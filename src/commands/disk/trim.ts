import { B2dCommand } from '../../cli/base.ts';
import { trimDataDisk } from '../../machine/data-disk.ts';
import { withMachine } from '../../machine/machine.ts';
import { runningMachine } from '../../machine/running.ts';
import { formatBytes } from '../../output/units.ts';

export default class DiskTrim extends B2dCommand<typeof DiskTrim> {
  static override summary = 'Give room that the machine does not use any more back to this computer.';
  static override description = 'Needs a running machine. Deleted files give their room back by themselves; this is for what was missed. What a snapshot holds stays.';

  async run(): Promise<object> {
    const name = this.machineName;
    const trimmed = await withMachine(this.workspace, name, 'disk trim', async () => trimDataDisk(this.workspace, await runningMachine(await this.openMachine())));
    this.workspace.progress.note(`The disk's file takes ${formatBytes(trimmed.hostBytesAfter)}; before, it took ${formatBytes(trimmed.hostBytesBefore)}.`);
    return { name, ...trimmed };
  }
}
