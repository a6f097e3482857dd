import type { Platform } from '../../platform/platform.ts';

/** Runs a script in the PowerShell that every Windows has. @returns stdout @throws Error with its own words */
export async function powershell(platform: Platform, script: string): Promise<string> {
  const program = platform.path.join(platform.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const { code, stdout, stderr } = await platform.run(program, ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', script]);
  if (code !== 0) throw new Error(`PowerShell ended with code ${code}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

/** Like `powershell`, for a script whose last value is to be read. */
export async function powershellJson<T>(platform: Platform, script: string): Promise<T> {
  const text = await powershell(platform, `& { ${script} } | ConvertTo-Json -Compress -Depth 3`);
  return JSON.parse(text.replace(/^\uFEFF/, '')) as T;
}
