/**
 * The NO_PROXY variables with `host` added where they lack it, so that a proxy is not asked for the machine's engine. Entries are compared
 * whole: `127.0.0.10` does not hold `127.0.0.1`. The variable in use keeps its case; where there is none, NO_PROXY is made.
 * @returns only what has to change
 */
export function withNoProxy(env: NodeJS.ProcessEnv, host: string): Record<string, string> {
  const names = Object.keys(env).filter((name) => name.toLowerCase() === 'no_proxy');
  const changes: Record<string, string> = {};
  for (const name of names.length > 0 ? names : ['NO_PROXY']) {
    const entries = (env[name] ?? '').split(',').map((entry) => entry.trim()).filter((entry) => entry !== '');
    if (!entries.includes(host) && !entries.includes('*')) changes[name] = [...entries, host].join(',');
  }
  return changes;
}
