import { Args } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { parseChange, tellChange } from '../../cli/setting-change.ts';
import { withMachine } from '../../machine/machine.ts';
import { changeSettings } from '../../machine/settings.ts';

export default class DiskResize extends B2dCommand<typeof DiskResize> {
  static override summary = 'Make the data disk larger. It never shrinks.';
  static override description = 'The same as `b2d config set disk SIZE`. With QEMU it grows at once, also while the machine runs; with VirtualBox while the machine is off and has no snapshots, else at the next start.';
  static override args = { size: Args.string({ description: 'The new size: 100g, or a number of MiB.', required: true }) };
  static override examples = ['<%= config.bin %> disk resize 100g'];

  async run(): Promise<object> {
    const name = this.machineName;
    const explicit = parseChange('disk', this.args.size, this.load);
    const change = await withMachine(this.workspace, name, 'disk resize', () => changeSettings(this.workspace, name, explicit));
    await tellChange(this.workspace, name, change);
    return { name, diskMiB: change.machine.record.diskMiB, changed: change.changed.length > 0, pending: change.pending.length > 0 };
  }
}
