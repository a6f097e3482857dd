import { B2dError, messageOf } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';
import { powershell } from '../platform/powershell.ts';
import type { Autostarter } from './autostarter.ts';
import { readWindowsCommand, windowsCommand } from './windows-command.ts';

/** The programs that Windows runs when this user logs in. Windows' settings and its Task Manager list them; what is switched off there is noted in the second key. */
const RUN = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run';
const APPROVED = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved\\Run';

/** Values named `b2d-...`, as JSON in Base64: PowerShell writes by the code page of the console, which has not all letters. `flag` is the first byte of what the second key says. */
const LIST = `
$run = Get-Item -LiteralPath '${driveOf(RUN)}' -ErrorAction SilentlyContinue
$approved = Get-Item -LiteralPath '${driveOf(APPROVED)}' -ErrorAction SilentlyContinue
$found = @()
if ($run) {
  foreach ($name in $run.GetValueNames()) {
    if ($name -notlike 'b2d-*') { continue }
    $flag = 0
    if ($approved -and ($approved.GetValueNames() -contains $name)) { $flag = [int]@($approved.GetValue($name))[0] }
    $found += @{ name = $name; command = [string]$run.GetValue($name); flag = $flag }
  }
}
[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -Compress -InputObject @($found))))`;

/** How PowerShell names a key: `HKCU:\Software`. */
function driveOf(key: string): string {
  return key.replace('HKCU', 'HKCU:');
}

interface RunValue {
  name: string;
  command: string;
  flag: number;
}

/** Windows: a value of this user's key Run. It needs no rights beyond the user's own, which tasks of the Task Scheduler may. */
export function runKey(platform: Platform): Autostarter {
  const nameOf = (machine: string): string => `b2d-${machine}`;
  const reg = platform.path.join(platform.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'reg.exe');
  const values = async (): Promise<RunValue[]> => {
    try {
      return JSON.parse(Buffer.from((await powershell(platform, LIST)).trim(), 'base64').toString('utf8')) as RunValue[];
    } catch (cause) {
      throw new B2dError(`The registry's ${RUN} could not be read.`, { reason: messageOf(cause), remedy: 'See whether PowerShell works: powershell -Command Get-Date', cause });
    }
  };
  /** Names of values are the same whatever their case. */
  const find = async (machine: string): Promise<RunValue | undefined> => (await values()).find(({ name }) => name.toLowerCase() === nameOf(machine).toLowerCase());
  /** What Windows notes of a value that is gone would count for a new one of its name. */
  const forgetSwitch = (machine: string): Promise<unknown> => platform.run(reg, ['delete', APPROVED, '/v', nameOf(machine), '/f']).catch(() => undefined);

  return {
    where: (machine) => `${RUN}\\${nameOf(machine)}`,
    list: async () => (await values()).map(({ name }) => name.slice(nameOf('').length)),

    async read(machine) {
      const value = await find(machine);
      if (value === undefined) return undefined;
      const start = readWindowsCommand(platform, value.command);
      return { start, unchanged: start !== undefined, ...(value.flag % 2 === 1 && { idle: 'It is switched off in the settings of Windows, under Startup, or in the Task Manager.' }) };
    },

    async write(start) {
      const { code, stderr, stdout } = await platform.run(reg, ['add', RUN, '/v', nameOf(start.machine), '/t', 'REG_SZ', '/d', windowsCommand(platform, start), '/f']);
      if (code !== 0) throw refused(this.where(start.machine), stderr || stdout);
      await forgetSwitch(start.machine);
      return [];
    },

    async remove(machine) {
      if ((await find(machine)) !== undefined) {
        const { code, stderr, stdout } = await platform.run(reg, ['delete', RUN, '/v', nameOf(machine), '/f']);
        if (code !== 0 && (await find(machine)) !== undefined) throw refused(this.where(machine), stderr || stdout);
      }
      await forgetSwitch(machine);
    },
  };
}

function refused(where: string, words: string): B2dError {
  return new B2dError(`The registry's ${where} could not be changed.`, { exit: 'storage', reason: words.trim(), remedy: 'A rule of your organisation may forbid it: ask who administers this computer.' });
}
