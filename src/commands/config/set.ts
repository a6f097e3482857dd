import { Args } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { applyChange, parseChange } from '../../cli/setting-change.ts';

export default class ConfigSet extends B2dCommand<typeof ConfigSet> {
  static override summary = 'Change a setting of the machine.';
  static override description = `memory, cpus, disk, iso, or one of the machine's driver, such as qemu.accel. It counts from the next start; a disk grows at once where it can, and never shrinks.
Settings of machines to come are in config.toml.`;
  static override args = {
    key: Args.string({ description: 'Which setting.', required: true }),
    value: Args.string({ description: 'Its value, as `b2d config` shows it.', required: true }),
  };
  static override examples = ['<%= config.bin %> config set memory 4g', '<%= config.bin %> config set qemu.accel tcg --machine dev'];

  async run(): Promise<object> {
    const name = this.machineName;
    const explicit = parseChange(this.args.key, this.args.value, this.load);
    const { changed, pending } = await applyChange(this.workspace, name, 'config set', explicit);
    return { name, changed, pending };
  }
}
