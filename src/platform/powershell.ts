import type { Platform, RunOptions } from './platform.ts';

/** The PowerShell that every Windows has, whatever PATH says, and the words before a script. */
export function powershellCommand(platform: Platform, script: string): [program: string, args: string[]] {
  const program = platform.path.join(platform.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  return [program, ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', script]];
}

/** Runs a script in PowerShell. @returns stdout @throws Error with its own words */
export async function powershell(platform: Platform, script: string, options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await platform.run(...powershellCommand(platform, script), options);
  if (code !== 0) throw new Error(`PowerShell ended with code ${code}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

/** Like `powershell`, for a script whose last value is to be read. */
export async function powershellJson<T>(platform: Platform, script: string): Promise<T> {
  const text = await powershell(platform, `& { ${script} } | ConvertTo-Json -Compress -Depth 3`);
  return JSON.parse(text.replace(/^\uFEFF/, '')) as T;
}
