import { B2dError } from '../errors.ts';

/** The kinds of shell `b2d env` writes for; every POSIX shell counts as `sh`. */
export type ShellName = 'sh' | 'fish' | 'tcsh' | 'powershell' | 'cmd';

const kinds: Record<string, ShellName> = {
  sh: 'sh', bash: 'sh', zsh: 'sh', dash: 'sh', ash: 'sh', ksh: 'sh', mksh: 'sh', busybox: 'sh',
  fish: 'fish',
  tcsh: 'tcsh', csh: 'tcsh',
  powershell: 'powershell', pwsh: 'powershell',
  cmd: 'cmd',
};

/** What `--shell` takes, for help texts and messages. */
export const SHELL_NAMES: readonly string[] = Object.keys(kinds);

/** The kind of shell a program name or path stands for (`/bin/zsh`, `pwsh.exe`, `-bash`), or undefined. */
export function shellOfProgram(program: string): ShellName | undefined {
  const name = program.split(/[\\/]/).at(-1)?.toLowerCase().replace(/^-/, '').replace(/\.exe$/, '');
  return name === undefined || !Object.hasOwn(kinds, name) ? undefined : kinds[name];
}

/** The kind of shell named by `--shell`. @throws B2dError (usage) when there is none of that name. */
export function parseShell(name: string): ShellName {
  const shell = shellOfProgram(name);
  if (shell !== undefined) return shell;
  throw new B2dError(`"${name}" is not a shell b2d can write for.`, {
    exit: 'usage',
    remedy: `Use one of these: --shell ${SHELL_NAMES.join('|')}`,
  });
}
