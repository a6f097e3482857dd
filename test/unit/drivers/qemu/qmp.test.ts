import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { QmpSession, withQmp } from '../../../../src/drivers/qemu/qmp.ts';
import { fakeQmp, type Answer, type FakeQmp } from '../../../support/qemu/fake-qmp.ts';
import { plainFolder } from '../../../support/temp.ts';

let folder: string;
let socket: string;
let server: FakeQmp | undefined;
beforeEach(async () => {
  folder = await plainFolder();
  socket = path.join(folder, 'qmp.sock');
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await fs.rm(folder, { recursive: true, force: true });
});

const endpoint = (): { kind: 'unix'; path: string } => ({ kind: 'unix', path: socket });
const serve = async (answer: (command: string, id: number) => Answer, greeting?: string): Promise<void> => {
  server = await fakeQmp(socket, answer, greeting);
};

test('negotiates, matches answers to their commands in any order, and passes events on', async () => {
  const held: number[] = [];
  await serve((command, id) => {
    if (command !== 'slow') return { return: { command } };
    held.push(id);
    return undefined;
  });
  const session = await QmpSession.open(endpoint(), 5_000);
  const events: string[] = [];
  session.onEvent = ({ event }) => events.push(event);
  const slow = session.execute('slow');
  expect(await session.execute('quick', { a: 1 })).toEqual({ command: 'quick' });
  server!.sockets[0]!.write(`{"event": "STOP", "data": {}}\r\n{"return": "late", "id": ${held[0]}}\r\n`);
  expect(await slow).toBe('late');
  expect(events).toEqual(['STOP']);
  expect(server!.received.map((entry) => entry.execute)).toEqual(['qmp_capabilities', 'slow', 'quick']);
  expect(server!.received.at(-1)).toMatchObject({ arguments: { a: 1 } });
  session.close();
});

test('an answer cut into pieces, in the middle of a letter, is put together', async () => {
  await serve((command) => (command === 'split' ? undefined : { return: {} }));
  const session = await QmpSession.open(endpoint(), 5_000);
  const answer = session.execute('split');
  const bytes = Buffer.from('{"return": "größe", "id": 3}\r\n');
  server!.sockets[0]!.setNoDelay(true);
  for (const byte of bytes) await new Promise((resolve) => server!.sockets[0]!.write(Uint8Array.of(byte), resolve));
  expect(await answer).toBe('größe');
  session.close();
});

test('a refusal carries QEMU’s words', async () => {
  await serve((command) => (command === 'bad' ? { error: { class: 'GenericError', desc: 'no such thing' } } : { return: {} }));
  await expect(withQmp(endpoint(), 5_000, (session) => session.execute('bad'))).rejects.toMatchObject({ failure: 'command', message: 'no such thing' });
});

test('silence ends at the deadline: no greeting, and no answer', async () => {
  await serve((command) => (command === 'qmp_capabilities' ? { return: {} } : undefined));
  await expect(withQmp(endpoint(), 5_000, (session) => session.execute('x', undefined, 50))).rejects.toMatchObject({ failure: 'timeout' });
  await server!.close();
  await serve(() => undefined, '');
  await expect(QmpSession.open(endpoint(), 100)).rejects.toMatchObject({ failure: 'timeout' });
});

test('a connection that closes rejects what waits and what follows', async () => {
  await serve((command) => (command === 'qmp_capabilities' ? { return: {} } : undefined));
  const session = await QmpSession.open(endpoint(), 5_000);
  const waiting = session.execute('x');
  server!.sockets[0]!.destroy();
  await expect(waiting).rejects.toMatchObject({ failure: 'closed' });
  await expect(session.execute('y')).rejects.toMatchObject({ failure: 'closed' });
});

test('what is no QMP is told apart', async () => {
  await serve(() => undefined, 'HTTP/1.1 400 Bad Request\r\n\r\n');
  await expect(QmpSession.open(endpoint(), 5_000)).rejects.toMatchObject({ failure: 'closed', message: expect.stringContaining('does not speak QMP') });
});

test('no socket, and a socket nobody listens on, are refusals', async () => {
  await expect(QmpSession.open(endpoint(), 1_000)).rejects.toMatchObject({ failure: 'refused' });
  const gone = net.createServer();
  await new Promise<void>((resolve) => gone.listen(`${socket}.gone`, resolve));
  await fs.link(`${socket}.gone`, socket); // keeps the file when the server removes its own
  await new Promise((resolve) => gone.close(resolve));
  await expect(QmpSession.open(endpoint(), 1_000)).rejects.toMatchObject({ failure: 'refused' });
});
