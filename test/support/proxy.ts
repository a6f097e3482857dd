import http from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';

export interface TestProxy {
  /** `http://127.0.0.1:PORT`, with `user:password@` in it where one is demanded. */
  address: string;
  /** `CONNECT host:port` and `GET http://...`, in order. */
  requests: string[];
  close(): Promise<void>;
}

/**
 * A proxy on 127.0.0.1 that leads every name to the given port of 127.0.0.1.
 * @param options.login `user:password` that it demands; options.refuse: the status with which it refuses every tunnel, and that answer's body
 */
export async function startProxy(port: number, options: { login?: string; refuse?: { status: number; location?: string } } = {}): Promise<TestProxy> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const admitted = (headers: http.IncomingHttpHeaders): boolean => options.login === undefined || headers['proxy-authorization'] === `Basic ${Buffer.from(options.login).toString('base64')}`;
  const proxy = http.createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (!admitted(request.headers)) return void response.writeHead(407, { 'proxy-authenticate': 'Basic' }).end();
    const { pathname } = new URL(request.url ?? '');
    const { ['proxy-authorization']: _, ...headers } = request.headers;
    request.pipe(http.request({ host: '127.0.0.1', port, path: pathname, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.once('close', () => { if (!answer.complete) response.destroy(); });
    }));
  });
  proxy.on('connection', (socket: Socket) => sockets.add(socket));
  proxy.on('connect', (request: http.IncomingMessage, client: Socket) => {
    requests.push(`CONNECT ${request.url}`);
    client.on('error', () => undefined);
    const status = admitted(request.headers) ? options.refuse?.status : 407;
    if (status !== undefined) return void client.end(`HTTP/1.1 ${status} No\r\n${options.refuse?.location === undefined ? '' : `Location: ${options.refuse.location}\r\n`}Content-Length: 0\r\n\r\n`);
    const server = net.connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connected\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    sockets.add(server);
    server.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve, reject) => proxy.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    address: `http://${options.login === undefined ? '' : `${options.login.split(':').map(encodeURIComponent).join(':')}@`}127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    requests,
    close: () => new Promise((resolve) => {
      proxy.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    }),
  };
}
