/** `b2d env` as typed. */
export interface FastEnvOptions {
  machine: string | undefined;
  shell: string | undefined;
  unset: boolean;
  noProxy: boolean;
}

/** The words of `b2d env` in their ordinary forms; undefined for everything oclif should judge: other flags, doubled ones, arguments. */
export function parseEnv(argv: readonly string[]): FastEnvOptions | undefined {
  if (argv[0] !== 'env' && argv[0] !== 'shellinit') return undefined;
  const seen = new Map<string, string>();
  for (let index = 1; index < argv.length; index++) {
    const [, name, attached] = /^(--machine|--shell|-m|--unset|-u|--no-proxy)(?:=(.*))?$/s.exec(argv[index] ?? '') ?? [];
    const flag = name === '-m' ? '--machine' : name === '-u' ? '--unset' : name;
    if (flag === undefined || seen.has(flag)) return undefined;
    const takesValue = flag === '--machine' || flag === '--shell';
    if (attached !== undefined && (!takesValue || name === '-m')) return undefined;
    const value = takesValue ? (attached ?? argv[++index]) : '';
    if (value === undefined || (takesValue && (value === '' || value.startsWith('-')))) return undefined;
    seen.set(flag, value);
  }
  return { machine: seen.get('--machine'), shell: seen.get('--shell'), unset: seen.has('--unset'), noProxy: seen.has('--no-proxy') };
}
