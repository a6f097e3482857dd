import fs from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { clientContext, type ClientContext } from '../../../src/tls/client-context.ts';
import { ensureTls } from '../../../src/tls/ensure.ts';
import type { TlsPaths } from '../../../src/tls/paths.ts';
import { tool } from '../../support/tools.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';
import { startEngine, type TestEngine } from '../../support/tls-engine.ts';

const platform = hostPlatform();
const longAgo = new Date('2010-01-01T00:00:00Z'); // everything made then has expired
const years = (count: number): Date => new Date(Date.now() - count * 365 * 24 * 3600 * 1000);
const folders: string[] = [];
let engine: TestEngine;
let enginePaths: TlsPaths;
let good: ClientContext;
/** What the machine's client presented before its renewal. */
let expired: ClientContext;

async function machine(now = new Date(), folder?: string) {
  if (folder === undefined) folders.push((folder = await awkwardFolder('refusals')));
  const { paths } = await ensureTls(platform, folder, { machineName: 'default', now });
  return { folder, paths, context: await clientContext(platform, folder) };
}

beforeAll(async () => {
  const first = await machine(years(5));
  expired = first.context;
  const renewed = await machine(new Date(), first.folder);
  good = renewed.context;
  enginePaths = renewed.paths;
  engine = await startEngine(enginePaths);
});
afterAll(async () => {
  await engine?.close();
  await Promise.all(folders.map(removeFolder));
});

/** How Node's server reports a client whose certificate it could not verify: it closes without a word. */
const closedByNode = 'ECONNRESET';

function ping(options: Partial<ClientContext>, port = engine.port): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = https.get({ host: '127.0.0.1', port, path: '/_ping', agent: false, ...options }, (response) => {
      response.setEncoding('utf8').on('data', resolve);
    });
    request.on('error', reject);
  });
}

describe('the engine', () => {
  test('answers the machine\'s own client', async () => {
    expect(await ping(good)).toBe('OK');
    expect(engine).toMatchObject({ requests: ['GET /_ping'], refusals: [] });
  });

  /** Connects, sees it fail, and returns the engine's reason. */
  async function refusal(options: Partial<ClientContext>): Promise<string | undefined> {
    const before = engine.refusals.length;
    await expect(ping(options)).rejects.toThrow();
    expect(engine.requests).toEqual(['GET /_ping']);
    return engine.refusals[before];
  }

  test('refuses no client certificate', async () => {
    expect(await refusal({ ca: good.ca })).toContain('ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE');
  });

  test('refuses another CA\'s client certificate', async () => {
    const other = await machine();
    expect(await refusal({ ...other.context, ca: good.ca })).toContain(closedByNode);
  });

  test('refuses an expired client certificate of its own CA', async () => {
    const file = path.join(folders[0]!, 'expired.pem');
    await fs.writeFile(file, expired.cert);
    const verdict = await platform.run(tool('openssl', 'openssl'), ['verify', '-purpose', 'sslclient', '-CAfile', enginePaths.ca, file]);
    expect(verdict.stderr).toContain('certificate has expired'); // and nothing else is wrong with it
    expect(verdict.stderr.match(/error \d+ at/g)).toHaveLength(1);
    expect(await refusal({ ...good, cert: expired.cert, key: expired.key })).toContain(closedByNode);
  });

  test('refuses the server\'s certificate presented by a client', async () => {
    const [cert, key] = await Promise.all([enginePaths.serverCertificate, enginePaths.serverKey].map((file) => fs.readFile(file, 'utf8')));
    expect(await refusal({ ca: good.ca, cert, key })).toContain(closedByNode);
  });

  test('refuses plain HTTP', async () => {
    const plain = new Promise((resolve, reject) => http.get({ host: '127.0.0.1', port: engine.port, path: '/_ping', agent: false }, resolve).on('error', reject));
    await expect(plain).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(engine.refusals.at(-1)).toContain('ERR_SSL_HTTP_REQUEST');
    expect(engine.requests).toEqual(['GET /_ping']);
  });
});

describe('the client', () => {
  test('refuses an engine of another CA', async () => {
    const other = await machine();
    await expect(ping(other.context)).rejects.toThrow(/self-signed certificate in certificate chain|unable to verify|unable to get local issuer/i);
  });

  test('refuses an expired engine', async () => {
    const old = await machine(longAgo);
    const server = await startEngine(old.paths);
    try {
      await expect(ping(old.context, server.port)).rejects.toThrow(/expired/);
    } finally {
      await server.close();
    }
  });
});
