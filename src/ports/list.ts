import { engineGet, type EngineEndpoint } from '../engine/client.ts';
import { publishedPorts, type PublishedPort } from './published.ts';

/**
 * What an engine answers that is no Swarm manager (https://docs.docker.com/reference/api/engine/, "List services"), and one that has just left its swarm, for a while or until it
 * is started again: "the client connection is closing". Its containers' ports must not suffer from that.
 */
const NO_SERVICES = [503, 500];

/** The ports that the engine's running containers and Swarm services publish. @throws when the engine does not answer as documented */
export async function listPublished(endpoint: EngineEndpoint): Promise<PublishedPort[]> {
  const [containers, services] = await Promise.all([askList(endpoint, '/containers/json'), askList(endpoint, '/services', NO_SERVICES)]);
  return publishedPorts(containers, services);
}

async function askList(endpoint: EngineEndpoint, resource: string, none: readonly number[] = []): Promise<unknown> {
  const { status, body } = await engineGet(endpoint, resource);
  if (none.includes(status)) return [];
  if (status !== 200) throw new Error(`${resource} answered ${status}: ${body.slice(0, 200)}`);
  return JSON.parse(body);
}
