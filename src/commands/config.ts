import { B2dCommand } from '../cli/base.ts';
import { settingFlags } from '../cli/machine-flags.ts';
import { loadSettings, type Settings } from '../config/load.ts';
import { describeSettings } from '../config/views.ts';
import { machinePaths } from '../machine/paths.ts';
import { readRecord } from '../machine/record.ts';
import { formatTable } from '../output/table.ts';

export default class ConfigCommand extends B2dCommand<typeof ConfigCommand> {
  static override summary = 'Show the settings in effect and where each comes from.';
  static override description = 'Defaults, then config.toml, then the machine\'s own, then B2D_* variables, then flags: the last one counts.';
  static override aliases = ['cfg'];
  static override flags = settingFlags;

  async run(): Promise<object> {
    const rows = describeSettings(await this.effectiveSettings());
    this.log(formatTable([['setting', 'value', 'from'], ...rows.map(({ key, value, source }) => [key, String(value), source])]));
    return { home: this.workspace.home, settings: rows };
  }

  /** Where the machine is there, its own settings stand between config.toml and the variables. */
  private async effectiveSettings(): Promise<Settings> {
    const { platform, home } = this.workspace;
    const { record: file } = machinePaths(platform, home, this.machineName);
    const record = await readRecord(file);
    if (record === undefined) return this.settings;
    const { memoryMiB: memory, cpus, diskMiB: disk, driver, image, extra } = record;
    return loadSettings({ ...this.load, machine: { file, values: { memory, cpus, disk, driver, iso: image.source }, extra } });
  }
}
