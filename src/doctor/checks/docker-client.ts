import { messageOf } from '../../errors.ts';
import { dockerHost } from '../../machine/loopback.ts';
import { engineEndpoint, type Machine } from '../../machine/machine.ts';
import type { Platform } from '../../platform/platform.ts';
import { which } from '../../platform/which.ts';
import { fail, ok, warn, type Check, type Finding } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { dockerVersion } from '../host/docker-client.ts';
import { readableMachines } from '../../machine/find.ts';

/** Whether there is a docker client, and whether it and each running engine have a version of the API in common. */
export const dockerClientCheck: Check = {
  id: 'docker-client',
  title: 'Docker client',
  async run(context) {
    const { platform, machines } = context;
    const program = which(platform, 'docker');
    if (program === undefined) return [warn('No docker client is on PATH.', { remedy: [install(platform), 'Or use the one in the machine: b2d ssh docker ps'] })];
    const { client, error } = await dockerVersion(platform, program).catch((cause: unknown) => ({ client: undefined, error: messageOf(cause) }));
    if (client === undefined) return [warn(`${program} does not say its version.`, { ...(error && { details: error.split('\n') }), remedy: [install(platform)] })];
    const engines = await Promise.all(readableMachines(machines).map((machine) => tryEngine(context, program, machine)));
    return [ok(`docker ${client.version}, API up to ${client.apiVersion}`, { details: [program] }), ...engines.flat()];
  },
};

/** The client itself decides: it knows the oldest API it still speaks, and tells nobody. */
async function tryEngine({ platform, status }: DoctorContext, program: string, machine: Machine): Promise<Finding[]> {
  const { engine } = await status(machine);
  if (engine === undefined || 'error' in engine) return []; // the check `machine` tells
  const { port, certPath } = engineEndpoint(machine);
  const { client, server, error } = await dockerVersion(platform, program, { DOCKER_HOST: dockerHost(port), DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certPath });
  const about = { machine: machine.record.name };
  const range = `engine ${engine.version} speaks API ${engine.minApiVersion} to ${engine.apiVersion}`;
  if (server !== undefined) return [ok(`Its ${range}; the client talks to it.`, about)];
  return [fail(`The docker client cannot talk to it: the ${range}, the client up to ${client?.apiVersion ?? 'an unknown version'}.`, {
    ...about,
    ...(error && { details: error.split('\n') }),
    remedy: ['If the client is the older one, install a newer: https://docs.docker.com/engine/install/', 'Until then: b2d ssh docker ps'],
  })];
}

function install({ os }: Platform): string {
  if (os === 'win32') return 'winget install --id Docker.DockerCLI';
  return os === 'darwin' ? 'brew install docker' : 'Install docker\'s client: sudo apt-get install docker-cli, or https://docs.docker.com/engine/install/';
}
