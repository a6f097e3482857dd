import fs from 'node:fs';
import type { Platform } from '../platform/platform.ts';

/**
 * The machine that is meant: the flag, else B2D_MACHINE, else `machine` in config.toml, else "default"; what loadSettings says, without judging
 * the rest. config.toml is read only when it decides, so that `b2d env` starts fast.
 * @throws B2dError (stateUnreadable, usage) for a bad config.toml
 */
export async function chosenMachine(platform: Platform, home: string, flag: string | undefined): Promise<string> {
  const asked = flag ?? (platform.env['B2D_MACHINE'] || undefined);
  if (asked !== undefined) return asked;
  const file = platform.path.join(home, 'config.toml');
  if (!fs.existsSync(file)) return 'default';
  const { readConfigFile } = await import('./file.ts');
  return String((await readConfigFile(file)).values['machine'] ?? 'default');
}
