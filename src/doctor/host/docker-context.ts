import { readIfThere } from '../../platform/files.ts';
import type { Platform } from '../../platform/platform.ts';

/**
 * The context other than the default one that the docker client would use without DOCKER_HOST, and what says so.
 * https://docs.docker.com/engine/manage-resources/contexts/
 */
export async function dockerContext(platform: Platform): Promise<{ name: string; by: string } | undefined> {
  const { env, homeDir, path } = platform;
  const other = (name: unknown, by: string) => (typeof name === 'string' && name !== '' && name !== 'default' ? { name, by } : undefined);
  if (env['DOCKER_CONTEXT']) return other(env['DOCKER_CONTEXT'], 'the variable DOCKER_CONTEXT');
  const file = path.join(env['DOCKER_CONFIG'] || path.join(homeDir, '.docker'), 'config.json');
  try {
    const config = JSON.parse((await readIfThere(file)) ?? '{}') as { currentContext?: unknown };
    return other(config.currentContext, file);
  } catch {
    return undefined; // the client itself complains of a broken file
  }
}
