import { B2dError } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';
import { powershellCommand } from '../platform/powershell.ts';
import { shellOfProgram, type ShellName } from './shells.ts';

/** An ancestor of this process. */
export interface ParentProcess {
  /** The program's file name, for example `pwsh.exe`. */
  name: string;
  /** Empty where the system does not tell. */
  commandLine: string;
}

/**
 * The shell `b2d` was started from: $SHELL on macOS and Linux; on Windows $SHELL too (only Git Bash, MSYS2 and Cygwin set it),
 * else the nearest ancestor that is a shell.
 * @param parentProcesses the ancestors, nearest first; asked for only on Windows, because that takes a while.
 * @throws B2dError (usage) naming `--shell` when it cannot be told.
 */
export async function detectShell(platform: Platform, parentProcesses: () => Promise<ParentProcess[]>): Promise<ShellName> {
  const login = platform.env['SHELL'];
  const windows = platform.os === 'win32';
  const found =
    login ? shellOfProgram(login)
    : windows && platform.env['MSYSTEM'] ? 'sh'
    : windows ? nearestShell(await parentProcesses())
    : undefined;
  if (found !== undefined) return found;
  throw new B2dError('The shell could not be recognised.', {
    exit: 'usage',
    reason: login ? `SHELL is ${login}.` : windows ? 'No parent process is a known shell.' : 'The variable SHELL is not set.',
    remedy: windows ? 'Name it: b2d env --shell powershell   (or cmd, bash)' : 'Name it: b2d env --shell sh   (or fish, tcsh, powershell)',
  });
}

/**
 * npm installs `b2d.cmd`, so PowerShell may run b2d through `cmd.exe /c`; so does `FOR /F` in cmd itself. Such a cmd is looked
 * through, but is the answer when nothing else is found.
 */
function nearestShell(parents: readonly ParentProcess[]): ShellName | undefined {
  let passedThrough: ShellName | undefined;
  for (const parent of parents) {
    const shell = shellOfProgram(parent.name);
    if (shell === undefined) continue;
    if (shell !== 'cmd' || !/\s\/c(\s|$|")/i.test(parent.commandLine)) return shell;
    passedThrough = shell;
  }
  return passedThrough;
}

/** Walks up from the process given by its id; prints one line for each ancestor: name, tab, command line. Get-CimInstance is in Windows PowerShell 3 and later. */
const walk = (pid: number) => `
[Console]::OutputEncoding = [Text.Encoding]::UTF8
$next = ${pid}
for ($level = 0; $level -lt 5 -and $next; $level++) {
  $process = Get-CimInstance Win32_Process -Filter "ProcessId = $next"
  if (-not $process) { break }
  "{0}\`t{1}" -f $process.Name, $process.CommandLine
  $next = $process.ParentProcessId
}`;

/** The ancestors of this process on Windows, nearest first: by Get-CimInstance, else the parent alone by tasklist; empty when neither answers. */
export async function windowsParentProcesses(platform: Platform, parentPid: number): Promise<ParentProcess[]> {
  const system32 = platform.path.join(platform.env['SystemRoot'] ?? 'C:\\Windows', 'System32');
  const output = async (file: string, args: string[]) => {
    const result = await platform.run(file, args, { timeoutMs: 10_000 }).catch(() => undefined);
    return result?.code === 0 ? result.stdout : '';
  };
  const lines = await output(...powershellCommand(platform, walk(parentPid)));
  const parents = lines.split(/\r?\n/).flatMap((line) => {
    const [name, commandLine] = line.split('\t');
    return name && commandLine !== undefined ? [{ name, commandLine }] : [];
  });
  if (parents.length > 0) return parents;
  const table = await output(platform.path.join(system32, 'tasklist.exe'), ['/FI', `PID eq ${parentPid}`, '/FO', 'CSV', '/NH']);
  const name = /^"([^"]+)"/m.exec(table)?.[1];
  return name === undefined ? [] : [{ name, commandLine: '' }];
}
