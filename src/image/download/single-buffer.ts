import http from 'node:http';
import https from 'node:https';
import type { NetConnectOpts, Socket } from 'node:net';
import type { Agents } from 'got';

/** Four times what libuv offers at a read: every piece costs the same steps through several streams. Larger ones bring nothing more (test/bench, Node 24). */
const READ_SIZE = 256 * 1024;

/** One for all sockets: it is empty again before the next of them is read. */
const readBuffer = Buffer.allocUnsafeSlow(READ_SIZE);

/**
 * Node's agents, with sockets that read into one buffer again and again. A socket otherwise takes fresh memory for each read, of which the HTTP parser only copies
 * the body out; until the garbage collector has found it, tens of megabytes pile up, and to have them from the system takes longer than all the rest of a download.
 */
export function singleBufferAgents(): Agents {
  return { http: withSingleBuffer(new http.Agent()), https: withSingleBuffer(new https.Agent()) };
}

/**
 * Whether bytes are those of the buffer, which the next read overwrites. What a response brings is not: the HTTP parser of Node 22, 24 and 26 copies it (`on_body` in
 * node_http_parser.cc). Node's documentation does not promise that, so whoever keeps the bytes has to ask.
 */
export function isReadBuffer(bytes: Buffer): boolean {
  return bytes.buffer === readBuffer.buffer;
}

/** A socket with `onread` emits no data (https://nodejs.org/api/net.html#socketconnectoptions-connectlistener), and data is what the HTTP client listens for. */
function withSingleBuffer<T extends http.Agent>(agent: T): T {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const onread = { buffer: readBuffer, callback: (bytes: number): boolean => socket.emit('data', readBuffer.subarray(0, bytes)) };
    const socket = connect({ ...options, onread } as NetConnectOpts, callback) as Socket;
    return socket;
  };
  return agent;
}
