import { checkExpressible, cmdSetLine, quoteFish, quotePowerShell, quoteSh, quoteTcsh } from './quote.ts';
import type { ShellName } from './shells.ts';

export interface EnvScript {
  shell: ShellName;
  set: Readonly<Record<string, string>>;
  unset: readonly string[];
  /** The arguments of `b2d` that print this script again, for the hint; plain words. */
  args: readonly string[];
  /** Variables of the user's environment that cmd may expand for itself: see `cmdSetLine`. */
  known?: Readonly<Record<string, string | undefined>>;
}

interface Syntax {
  set(name: string, value: string, known: NonNullable<EnvScript['known']>): string;
  unset(name: string): string;
  comment(text: string): string;
  /** How a user runs the script. */
  hint(command: string): string;
}

/** Statements for fish and tcsh end with `;`: both may see the script as one line. */
const syntaxes: Record<ShellName, Syntax> = {
  sh: {
    set: (name, value) => `export ${name}=${quoteSh(value)}`,
    unset: (name) => `unset ${name}`,
    comment: (text) => `# ${text}`,
    hint: (command) => `eval "$(${command})"`,
  },
  fish: {
    set: (name, value) => `set -gx ${name} ${quoteFish(value)};`,
    unset: (name) => `set -e ${name};`,
    comment: (text) => `# ${text}`,
    hint: (command) => `${command} | source`,
  },
  tcsh: {
    set: (name, value) => `setenv ${name} ${quoteTcsh(value)};`,
    unset: (name) => `unsetenv ${name};`,
    // A typed or evaluated line knows no comments in tcsh; the null command takes any argument.
    comment: (text) => `: ${quoteTcsh(text)};`,
    // Without the double quotes a run of blanks in a value would come out as one.
    hint: (command) => `eval "\`${command}\`"`,
  },
  powershell: {
    set: (name, value) => `$Env:${name} = ${quotePowerShell(value)}`,
    unset: (name) => `Remove-Item -Path Env:${name} -ErrorAction SilentlyContinue`,
    comment: (text) => `# ${text}`,
    hint: (command) => `& ${command} | Invoke-Expression`,
  },
  cmd: {
    set: cmdSetLine,
    unset: (name) => `SET "${name}="`,
    comment: (text) => `REM ${text}`,
    hint: (command) => `@FOR /f "tokens=*" %i IN ('${command}') DO @%i`,
  },
};

/**
 * The script that sets and unsets environment variables, with a comment at the end that says how to run it. Each line ends with a
 * line feed, on Windows too: all five shells read that.
 * @throws B2dError (usage) when a value cannot be expressed in that shell.
 */
export function envScript({ shell, set, unset, args, known = {} }: EnvScript): string {
  const syntax = syntaxes[shell];
  const statements = Object.entries(set).map(([name, value]) => {
    checkExpressible(shell, name, value);
    return syntax.set(name, value, known);
  });
  const hint = syntax.hint(['b2d', 'env', ...args].join(' '));
  return `${[...statements, ...unset.map(syntax.unset), syntax.comment('Run this to configure your shell:'), syntax.comment(hint)].join('\n')}\n`;
}
