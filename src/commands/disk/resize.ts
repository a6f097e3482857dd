import { Args } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { applyChange, parseChange } from '../../cli/setting-change.ts';

export default class DiskResize extends B2dCommand<typeof DiskResize> {
  static override summary = 'Make the data disk larger. It never shrinks.';
  static override description = 'The same as `b2d config set disk SIZE`. With QEMU it grows at once, also while the machine runs; with VirtualBox while the machine is off and has no snapshots, else at the next start.';
  static override args = { size: Args.string({ description: 'The new size: 100g, or a number of MiB.', required: true }) };
  static override examples = ['<%= config.bin %> disk resize 100g'];

  async run(): Promise<object> {
    const name = this.machineName;
    const explicit = parseChange('disk', this.args.size, this.load);
    const { machine, changed, pending } = await applyChange(this.workspace, name, 'disk resize', explicit);
    return { name, diskMiB: machine.record.diskMiB, changed: changed.length > 0, pending: pending.length > 0 };
  }
}
