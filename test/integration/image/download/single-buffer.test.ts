import { once } from 'node:events';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { isReadBuffer, singleBufferAgents } from '../../../../src/image/download/single-buffer.ts';
import { makeAuthority } from '../../../../src/tls/profiles.ts';
import { certificateFor } from '../../../support/certificates.ts';
import { content, digestOf, downloadFixture } from '../../../support/download.ts';
import { sendFile } from '../../../support/http-faults.ts';

const whole = content(4_000_000);
const authority = makeAuthority('test', new Date());
const at = downloadFixture();

function request(): ClientRequest {
  const agents = singleBufferAgents();
  const url = `${at.server.base}/x.iso`;
  return url.startsWith('https:') ? https.get(url, { agent: agents.https as https.Agent, ca: authority.certificate }) : http.get(url, { agent: agents.http as http.Agent });
}

test.each([
  ['http', undefined],
  ['https', certificateFor(authority, { dns: [], ip: ['127.0.0.1'] })],
])('%s: each read is into the one buffer, what the response brings is a copy, and a slow reader gets all of it', async (_, certificate) => {
  await at.start((incoming, outgoing) => sendFile(incoming, outgoing, whole), certificate);
  const sent = request();
  const reads: Buffer[] = [];
  sent.once('socket', (socket: Socket) => socket.prependListener('data', (bytes: Buffer) => reads.push(bytes)));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece);
    if (pieces.length % 4 === 0) await pause(5); // the socket has to wait, and more comes meanwhile
  }
  expect(reads.reduce((sum, bytes) => sum + bytes.length, 0)).toBeGreaterThan(whole.length);
  expect(reads.every(isReadBuffer)).toBe(true);
  expect(pieces.some(isReadBuffer)).toBe(false);
  expect(digestOf(Buffer.concat(pieces))).toBe(digestOf(whole));
});
