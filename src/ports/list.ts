import { engineGet, type EngineEndpoint } from '../engine/client.ts';
import { publishedPorts, type PublishedPort } from './published.ts';

/** What an engine answers that is no Swarm manager: https://docs.docker.com/reference/api/engine/, "List services". */
const NO_MANAGER = 503;

/** The ports that the engine's running containers and Swarm services publish. @throws when the engine does not answer as documented */
export async function listPublished(endpoint: EngineEndpoint): Promise<PublishedPort[]> {
  const [containers, services] = await Promise.all([askList(endpoint, '/containers/json'), askList(endpoint, '/services', NO_MANAGER)]);
  return publishedPorts(containers, services);
}

async function askList(endpoint: EngineEndpoint, resource: string, none?: number): Promise<unknown> {
  const { status, body } = await engineGet(endpoint, resource);
  if (status === none) return [];
  if (status !== 200) throw new Error(`${resource} answered ${status}: ${body.slice(0, 200)}`);
  return JSON.parse(body);
}
