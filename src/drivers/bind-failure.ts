import dgram from 'node:dgram';
import net from 'node:net';
import type { NatRule } from './driver.ts';

/** The operating system's own reason why a rule's host port cannot be bound now, or undefined when it can. */
export function bindFailure({ protocol, hostAddress: address, hostPort: port }: NatRule): Promise<Error | undefined> {
  return new Promise((resolve) => {
    if (protocol === 'udp') {
      const socket = dgram.createSocket('udp4');
      socket.once('error', resolve);
      socket.bind({ address, port }, () => socket.close(() => resolve(undefined)));
    } else {
      const server = net.createServer();
      server.once('error', resolve);
      server.listen(port, address, () => server.close(() => resolve(undefined)));
    }
  });
}
