import { B2dCommand } from '../../cli/base.ts';
import { settingFlags } from '../../cli/machine-flags.ts';
import { machineSettings } from '../../cli/machine-settings.ts';
import { describeSettings } from '../../config/views.ts';
import { formatTable } from '../../output/table.ts';

export default class ConfigCommand extends B2dCommand<typeof ConfigCommand> {
  static override summary = 'Show the settings in effect and where each comes from.';
  static override description = `Defaults, then config.toml, then the machine's own, then B2D_* variables, then flags: the last one counts.
\`b2d config set\` and \`unset\` change the machine's own, \`get\` prints one.`;
  static override aliases = ['cfg'];
  static override flags = settingFlags;

  async run(): Promise<object> {
    const rows = describeSettings(await machineSettings(this.workspace, this.machineName, this.settings, this.load));
    this.log(formatTable([['setting', 'value', 'from'], ...rows.map(({ key, value, source }) => [key, String(value), source])]));
    return { home: this.workspace.home, settings: rows };
  }
}
