import { B2dCommand } from '../cli/base.ts';
import { machineFlags } from '../cli/machine-flags.ts';
import { formatTable } from '../output/table.ts';

export default class ConfigCommand extends B2dCommand<typeof ConfigCommand> {
  static override summary = 'Show the settings in effect and where each comes from.';
  static override description = 'Defaults, then config.toml, then the machine\'s own, then B2D_* variables, then flags: the last one counts.';
  static override aliases = ['cfg'];
  static override flags = machineFlags;

  async run(): Promise<object> {
    const rows = await this.describeSettings();
    this.log(formatTable([['setting', 'value', 'from'], ...rows.map(({ key, value, source }) => [key, String(value), source])]));
    return { home: this.workspace.home, settings: rows };
  }
}
