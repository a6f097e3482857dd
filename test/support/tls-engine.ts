import fs from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { codeOf } from '../../src/errors.ts';
import type { TlsPaths } from '../../src/tls/paths.ts';

/** What the engine tells of its containers. */
export class EngineContent {
  /** The answer to `/containers/json`: a value, or the text of a body. */
  containers: unknown = [];
  /** The answer to `/services`; without it the engine is no Swarm manager. */
  services: unknown;
  /** The event streams that are open. */
  readonly streams = new Set<ServerResponse>();

  /** Changes what is published, and tells it by an event unless told otherwise. */
  publish(containers: unknown, { event = true } = {}): void {
    this.containers = containers;
    if (event) for (const stream of this.streams) stream.write(`${JSON.stringify({ Type: 'container', Action: 'start', Actor: { ID: 'c0ffee', Attributes: { name: 'web' } } })}\n`);
  }
}

/** A container in `/containers/json` with these ports: `[container port, type, address, host port]`. */
export function container(name: string, ...ports: [number, string, string, number][]): object {
  return { Id: 'c0ffee', Names: [`/${name}`], State: 'running', Ports: ports.map(([PrivatePort, Type, IP, PublicPort]) => ({ PrivatePort, Type, IP, PublicPort })) };
}

export interface TestEngine {
  port: number;
  /** `METHOD path` of each request that got through TLS. */
  requests: string[];
  /** Why each connection was refused, in OpenSSL's and Node's words. */
  refusals: string[];
  close(): Promise<void>;
}

/** An HTTPS server on 127.0.0.1 (on any free port unless told) that demands a client certificate and answers `docker version` as the engine would. */
export async function startEngine(paths: TlsPaths, port = 0, { now = Date.now, content = new EngineContent() } = {}): Promise<TestEngine> {
  const requests: string[] = [];
  const refusals: string[] = [];
  const server = https.createServer(
    {
      ca: await fs.readFile(paths.ca),
      cert: await fs.readFile(paths.serverCertificate),
      key: await fs.readFile(paths.serverKey),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, response) => {
      requests.push(`${request.method} ${request.url}`);
      const headers = { 'Date': new Date(now()).toUTCString(), 'Api-Version': '1.48', 'Ostype': 'linux', 'Content-Type': 'application/json' };
      if (request.url?.endsWith('/_ping')) response.writeHead(200, { ...headers, 'Content-Type': 'text/plain' }).end('OK');
      else if (request.url?.endsWith('/version')) response.writeHead(200, headers).end(JSON.stringify(version));
      else if (request.url?.endsWith('/info')) response.writeHead(200, headers).end(JSON.stringify({ ServerVersion: version.Version, Driver: 'overlay2' }));
      else if (request.url === '/containers/json') response.writeHead(200, headers).end(typeof content.containers === 'string' ? content.containers : JSON.stringify(content.containers));
      else if (request.url === '/services') response.writeHead(content.services === undefined ? 503 : 200, headers).end(JSON.stringify(content.services ?? { message: 'This node is not a swarm manager.' }));
      else if (request.url?.startsWith('/events?')) {
        response.writeHead(200, headers).flushHeaders();
        content.streams.add(response.on('close', () => content.streams.delete(response)));
      }
      else response.writeHead(404, headers).end(JSON.stringify({ message: 'page not found' }));
    },
  );
  server.on('tlsClientError', (error) => refusals.push(`${codeOf(error)} ${error.message}`));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    refusals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const version = {
  Version: '28.0.0-test',
  ApiVersion: '1.48',
  MinAPIVersion: '1.24',
  Os: 'linux',
  Arch: 'amd64',
  GoVersion: 'go1.24',
  Components: [{ Name: 'Engine', Version: '28.0.0-test', Details: { ApiVersion: '1.48', MinAPIVersion: '1.24', Os: 'linux', Arch: 'amd64' } }],
};
