import { Args } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { applyChange, isDriverSetting, machineSettingKey } from '../../cli/setting-change.ts';
import { B2dError } from '../../errors.ts';

export default class ConfigUnset extends B2dCommand<typeof ConfigUnset> {
  static override summary = 'Set a setting of the machine back to what a new machine would get.';
  static override description = 'memory, cpus, or a setting of the machine\'s driver, which is then the driver\'s own choice. It counts from the next start.';
  static override args = { key: Args.string({ description: 'Which setting.', required: true }) };
  static override examples = ['<%= config.bin %> config unset qemu.accel'];

  async run(): Promise<object> {
    const name = this.machineName;
    const { key } = this.args;
    const { memoryMiB, cpus } = this.requested.forNew;
    const known = isDriverSetting(key) ? undefined : machineSettingKey(key);
    if (known !== undefined && known !== 'memory' && known !== 'cpus') {
      throw new B2dError(`"${key}" cannot be unset.`, { exit: 'usage', reason: known === 'disk' ? 'A disk never shrinks.' : 'Every machine has one.', remedy: known === 'driver' ? 'b2d config' : `b2d config set ${key} VALUE` });
    }
    const explicit = known === 'memory' ? { memoryMiB } : known === 'cpus' ? { cpus } : {};
    const { changed, pending } = await applyChange(this.workspace, name, 'config unset', explicit, known === undefined ? [key] : []);
    return { name, changed, pending };
  }
}
