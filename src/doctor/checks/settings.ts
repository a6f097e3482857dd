import { configFileOf } from '../../config/load.ts';
import { exists } from '../../platform/files.ts';
import { ofError, ok, warn, type Check } from '../check.ts';

/** config.toml and the B2D_* variables. */
export const settingsCheck: Check = {
  id: 'settings',
  title: 'Settings',
  async run({ platform, home, settings, settingsProblem }) {
    if (settingsProblem !== undefined || settings === undefined || home === undefined) return [ofError(settingsProblem)];
    if (settings.warnings.length > 0) return settings.warnings.map((warning) => warn(warning, { remedy: ['Correct the name, or remove the line.'] }));
    const file = configFileOf(platform, home);
    return [ok((await exists(file)) ? `${file} can be read.` : 'The defaults: there is no config.toml.')];
  },
};
