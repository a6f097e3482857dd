import net from 'node:net';

export type Answer = Record<string, unknown> | undefined;

/** A server on a Unix socket that speaks as much QMP as a test needs. `answer` returns a message, or undefined for silence. */
export interface FakeQmp {
  received: { execute: string; arguments?: unknown; id: number }[];
  sockets: net.Socket[];
  close(): Promise<void>;
}

export async function fakeQmp(path: string, answer: (command: string, id: number) => Answer, greeting = '{"QMP": {"version": {}, "capabilities": []}}\r\n'): Promise<FakeQmp> {
  const received: FakeQmp['received'] = [];
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.write(greeting);
    let buffer = '';
    socket.on('data', (chunk) => {
      const lines = (buffer + String(chunk)).split('\n');
      buffer = lines.pop() ?? '';
      for (const line of lines) {
        const command = JSON.parse(line) as FakeQmp['received'][number];
        received.push(command);
        const reply = answer(command.execute, command.id);
        if (reply) socket.write(`${JSON.stringify({ ...reply, ...(!('event' in reply) && { id: command.id }) })}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    received,
    sockets,
    close: () => new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    }),
  };
}
