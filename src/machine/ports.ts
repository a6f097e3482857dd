import net from 'node:net';
import { B2dError } from '../errors.ts';
import type { NatRule } from '../drivers/driver.ts';
import { LOOPBACK } from './loopback.ts';
import type { ServicePorts } from './record.ts';

/** Guest ports: sshd's, and the engine's with TLS (IANA: docker-s). */
const GUEST_PORTS: ServicePorts = { docker: 2376, ssh: 22 };

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
 * Host ports for the next start: each the one of the last run when it is free, else the customary one, else any free one.
 * `taken` are ports found busy at a start, and those of other machines, which may be off just now.
 * @throws B2dError (portTaken) when the system has no port left.
 */
export async function choosePorts(last: Partial<ServicePorts>, taken: ReadonlySet<number>): Promise<ServicePorts> {
  const chosen: Partial<ServicePorts> = {};
  for (const service of Object.keys(GUEST_PORTS) as (keyof ServicePorts)[]) {
    const used = new Set([...taken, ...Object.values(chosen)]);
    const candidates = [last[service], PREFERRED[service]].filter((port): port is number => port !== undefined && !used.has(port));
    for (const port of candidates) {
      if (chosen[service] === undefined && (await isPortFree(port))) chosen[service] = port;
    }
    chosen[service] ??= await anotherPort(used);
  }
  return chosen as ServicePorts;
}

async function anotherPort(used: ReadonlySet<number>): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = await anyFreePort().catch(() => undefined);
    if (port !== undefined && !used.has(port)) return port;
  }
  throw new B2dError('No free port was found on 127.0.0.1.', { exit: 'portTaken', remedy: 'End some programs that listen on many ports.' });
}

/** The NAT rules of b2d's own services. */
export function serviceRules(ports: ServicePorts): NatRule[] {
  return (Object.keys(GUEST_PORTS) as (keyof ServicePorts)[]).map((service) => ({
    name: service,
    protocol: 'tcp',
    hostAddress: LOOPBACK,
    hostPort: ports[service],
    guestPort: GUEST_PORTS[service],
  }));
}
