import { quotePowerShell, quoteSh } from '../../env/quote.ts';
import type { Platform } from '../../platform/platform.ts';

/** The command that removes these files, for the shell that people have: PowerShell on Windows. */
export function removeCommand(platform: Platform, files: readonly string[]): string {
  if (platform.os !== 'win32') return `rm -- ${files.map(quoteSh).join(' ')}`;
  return `Remove-Item -LiteralPath ${files.map((file) => `(${quotePowerShell(file)})`).join(', ')}`;
}
