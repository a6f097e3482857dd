import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse, nth: number) => void;

export interface TestServer {
  /** `http://127.0.0.1:PORT`. */
  base: string;
  port: number;
  /** What was asked for, in order. */
  requests: Array<{ method: string; url: string; headers: http.IncomingHttpHeaders }>;
  close(): Promise<void>;
}

/** An HTTP server on 127.0.0.1, or an HTTPS one with that certificate. `handler` gets each request with its number, from 0. */
export async function serve(handler: Handler, tls?: { key: string; cert: string }): Promise<TestServer> {
  const requests: TestServer['requests'] = [];
  const listener = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    response.on('error', () => undefined);
    handler(request, response, requests.length - 1);
  };
  const server = tls ? https.createServer(tls, listener) : http.createServer(listener);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    base: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, port, requests,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

export interface FileOptions {
  etag?: string;
  /** Ends the connection when the body has got to this byte of the file. */
  cutAt?: number;
  /** Sends nothing more from this byte of the file on, and leaves the connection open. */
  stallAt?: number;
  ranges?: boolean;
  headers?: http.OutgoingHttpHeaders;
}

/** Serves a file as static servers do: the whole, or from a Range whose If-Range still holds. */
export function sendFile(request: http.IncomingMessage, response: http.ServerResponse, content: Buffer, options: FileOptions = {}): void {
  const etag = options.etag;
  const from = options.ranges === false ? undefined : /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  const valid = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const start = from !== undefined && valid ? Number(from) : 0;
  const common = { ...(etag !== undefined && { etag }), ...options.headers };
  if (start >= content.length) return void response.writeHead(416, { ...common, 'content-range': `bytes */${content.length}` }).end();
  const part = start > 0 || (from !== undefined && valid);
  response.writeHead(part ? 206 : 200, { 'content-length': content.length - start, ...(part && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }), ...common });
  const end = Math.min(options.cutAt ?? Infinity, options.stallAt ?? Infinity);
  if (end >= content.length) return void response.end(content.subarray(start));
  response.write(content.subarray(start, Math.max(start, end)), () => {
    if (options.cutAt !== undefined && options.cutAt <= end) response.destroy();
  });
  if (end <= start) response.flushHeaders();
}
