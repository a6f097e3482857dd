import fs from 'node:fs';
import type { Platform } from '../platform/platform.ts';

/**
 * The machine that is meant, as the command would find it; undefined where the command has more to judge or to warn of.
 * The settings are loaded only where there are any: their parser takes longer than all else.
 * @throws B2dError where the settings cannot be used
 */
export async function chosenMachine(platform: Platform, home: string, flag: string | undefined): Promise<string | undefined> {
  const variables = Object.keys(platform.env).filter((name) => /^B2D_(?!(HOME|MACHINE)$)/i.test(name));
  if (variables.length === 0 && !fs.existsSync(platform.path.join(home, 'config.toml'))) return flag ?? (platform.env['B2D_MACHINE'] || 'default');
  if (!variables.every((name) => /^B2D_(MEMORY|CPUS|DISK|DRIVER|ISO|PROXY|CA|CONTEXT|HOST_ACCESS|PORTS_(BIND|FORWARD)|RELEASE_(URL|KEYS)|REGISTRY_(MIRRORS|INSECURE)|(QEMU|VIRTUALBOX)_\w+)$/i.test(name))) return undefined;
  const { loadSettings } = await import('../config/load.ts');
  const { machine, warnings } = await loadSettings({ platform, home, flags: { machine: flag } });
  return warnings.length > 0 ? undefined : machine.value;
}
