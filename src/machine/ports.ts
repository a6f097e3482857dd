import net from 'node:net';
import { B2dError } from '../errors.ts';
import type { NatRule } from '../drivers/driver.ts';
import { LOOPBACK } from './loopback.ts';
import type { ServicePorts } from './record.ts';

/** A guest service that b2d itself reaches; its NAT rule has the same name. */
export type Service = keyof ServicePorts;

/** Guest ports: sshd's, and the engine's with TLS (IANA: docker-s). */
const GUEST_PORTS: ServicePorts = { docker: 2376, ssh: 22 };

export const SERVICES = Object.keys(GUEST_PORTS) as Service[];

/** Tried first, so that the first machine's addresses are the ones people know from boot2docker. */
const PREFERRED: ServicePorts = { docker: 2376, ssh: 2022 };

/** Whether this port of 127.0.0.1 can be bound now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port that the operating system gives as free. */
function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port: 0 }, () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/**
 * Host ports for the next start; `taken` are ports found busy at a start, and those of other machines, which may be off just now.
 * @throws B2dError (portTaken) when the system has no port left.
 */
export async function choosePorts(last: Partial<ServicePorts>, taken: ReadonlySet<number>): Promise<ServicePorts> {
  const chosen: Partial<ServicePorts> = {};
  for (const service of SERVICES) chosen[service] = await choosePort(service, last[service], new Set([...taken, ...Object.values(chosen)]));
  return chosen as ServicePorts;
}

/** A host port for one service: the one of the last run when it is free, else the customary one, else any free one. @throws B2dError (portTaken) */
export async function choosePort(service: Service, last: number | undefined, taken: ReadonlySet<number>): Promise<number> {
  for (const port of [last, PREFERRED[service]]) {
    if (port !== undefined && !taken.has(port) && (await isPortFree(port))) return port;
  }
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = await anyFreePort().catch(() => undefined);
    if (port !== undefined && !taken.has(port)) return port;
  }
  throw new B2dError('No free port was found on 127.0.0.1.', { exit: 'portTaken', remedy: 'End some programs that listen on many ports.' });
}

/** The NAT rule of one of b2d's own services. */
export function serviceRule(service: Service, hostPort: number): NatRule {
  return { name: service, protocol: 'tcp', hostAddress: LOOPBACK, hostPort, guestPort: GUEST_PORTS[service] };
}

/** The NAT rules of all of them. */
export function serviceRules(ports: ServicePorts): NatRule[] {
  return SERVICES.map((service) => serviceRule(service, ports[service]));
}

/** The NAT rules of a machine that was started before. */
export function recordedRules({ ports }: { ports: Partial<ServicePorts> }): NatRule[] {
  return SERVICES.flatMap((service) => (ports[service] === undefined ? [] : [serviceRule(service, ports[service])]));
}
