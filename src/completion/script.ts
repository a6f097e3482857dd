import { bashScript } from './shells/bash.ts';
import { fishScript } from './shells/fish.ts';
import { powershellScript } from './shells/powershell.ts';
import { zshScript } from './shells/zsh.ts';
import type { COMPLETION_SHELLS } from './answer.ts';

const scripts: Readonly<Record<(typeof COMPLETION_SHELLS)[number], string>> = { bash: bashScript, zsh: zshScript, fish: fishScript, powershell: powershellScript, pwsh: powershellScript };

/** What `b2d completion` prints for a shell; undefined where there is none of that name. */
export function completionScript(shell: string): string | undefined {
  return Object.hasOwn(scripts, shell) ? scripts[shell as keyof typeof scripts] : undefined;
}
