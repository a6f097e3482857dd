import { Args } from '@oclif/core';
import { B2dCommand } from '../../cli/base.ts';
import { machineSettings } from '../../cli/machine-settings.ts';
import { isDriverSetting } from '../../cli/setting-change.ts';
import { closest } from '../../config/closest.ts';
import { SETTING_KEYS } from '../../config/settings.ts';
import { describeSettings } from '../../config/views.ts';
import { B2dError } from '../../errors.ts';

export default class ConfigGet extends B2dCommand<typeof ConfigGet> {
  static override summary = 'Print the value of one setting, as `b2d config` shows it.';
  static override description = 'A driver setting that has no value is an error (exit code 1), and prints nothing.';
  static override args = { key: Args.string({ description: 'Which setting.', required: true }) };
  static override examples = ['<%= config.bin %> config get memory'];

  async run(): Promise<object> {
    const { key } = this.args;
    const row = describeSettings(await machineSettings(this.workspace, this.machineName, this.settings, this.load)).find((each) => each.key === key);
    if (row === undefined && !isDriverSetting(key)) throw unknownSetting(key);
    if (row === undefined) throw new B2dError(`"${key}" has no value: the driver chooses.`, { remedy: `b2d config set ${key} VALUE` });
    this.log(row.value);
    return row;
  }
}

function unknownSetting(key: string): B2dError {
  const meant = closest(key, SETTING_KEYS);
  return new B2dError(`"${key}" is not a setting.`, { exit: 'usage', remedy: [...(meant === undefined ? [] : [`b2d config get ${meant}`]), 'See all of them: b2d config'] });
}
