import type { Platform } from '../../platform/platform.ts';

/** What `docker version` says: of itself, and of the engine it reached. */
export interface DockerVersion {
  client?: { version: string; apiVersion: string };
  server?: { version: string; apiVersion: string };
  /** Its words where it reached none. */
  error: string;
}

/** Nothing listens there, so that the client tells of itself at once whatever engine it would talk to otherwise. */
const NO_ENGINE = 'tcp://127.0.0.1:1';

/** Asks the docker client; with `environment` (DOCKER_HOST and its like) also the engine there. */
export async function dockerVersion(platform: Platform, program: string, environment: NodeJS.ProcessEnv = { DOCKER_HOST: NO_ENGINE }): Promise<DockerVersion> {
  const own = Object.entries(platform.env).filter(([name]) => !/^DOCKER_(HOST|CONTEXT|TLS|TLS_VERIFY|CERT_PATH)$/.test(name));
  const { stdout, stderr } = await platform.run(program, ['version', '--format', '{{json .}}'], { env: { ...Object.fromEntries(own), ...environment }, timeoutMs: 15_000 });
  const { Client: client, Server: server } = parse(stdout);
  return {
    ...(client && { client: { version: client['Version'] ?? 'unknown', apiVersion: client['DefaultAPIVersion'] ?? client['ApiVersion'] ?? client['APIVersion'] ?? 'unknown' } }),
    ...(server && { server: { version: server['Version'] ?? 'unknown', apiVersion: server['ApiVersion'] ?? 'unknown' } }),
    error: stderr.trim(),
  };
}

function parse(text: string): { Client?: Record<string, string> | null; Server?: Record<string, string> | null } {
  try {
    return JSON.parse(text) as ReturnType<typeof parse>;
  } catch {
    return {}; // a program of that name that is another's
  }
}
