import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';

/** How to reach an engine: always over mutual TLS. */
export interface EngineEndpoint {
  host: string;
  port: number;
  /** The folder with ca.pem, cert.pem and key.pem, as DOCKER_CERT_PATH. */
  certPath: string;
}

export interface EngineReply {
  status: number;
  body: string;
  /** The engine's clock when it answered, in whole seconds, where the answer says it (RFC 9110, 6.6.1). */
  date: Date | undefined;
}

/** The larger replies are lists of containers, some KiB for each. What answers may be a guest that was taken over. */
const MAX_REPLY_CHARACTERS = 16 * 1024 * 1024;

/** The connection to an engine as `node:https` takes it. @throws when a certificate cannot be read */
export function engineRequest(endpoint: EngineEndpoint, resource: string): https.RequestOptions {
  const pem = (name: string): Buffer => fs.readFileSync(path.join(endpoint.certPath, name));
  return { host: endpoint.host, port: endpoint.port, path: resource, agent: false, ca: pem('ca.pem'), cert: pem('cert.pem'), key: pem('key.pem'), minVersion: 'TLSv1.2' };
}

/**
 * One GET of the Docker Engine API (https://docs.docker.com/reference/api/engine/), with a deadline in milliseconds that
 * covers the connection, the handshake and the body. A NAT rule accepts TCP before anything listens in the guest, so only
 * a whole reply counts as an answer.
 * @throws the system's or TLS's error, or one that says that the reply is too large.
 */
export function engineGet(endpoint: EngineEndpoint, resource: string, timeoutMs = 10_000): Promise<EngineReply> {
  return new Promise((resolve, reject) => {
    const request = https.get({ ...engineRequest(endpoint, resource), signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
        if (body.length <= MAX_REPLY_CHARACTERS) return;
        reject(new Error(`The engine's answer to ${resource} is too large.`));
        request.destroy();
      });
      const date = response.headers.date === undefined ? undefined : new Date(response.headers.date);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, date })).on('error', reject);
    });
    request.on('error', reject);
  });
}

/** What `/version` says, as far as b2d shows it. */
export interface EngineVersion {
  version: string;
  apiVersion: string;
  minApiVersion: string;
  kernel: string;
  os: string;
  arch: string;
}

/** The engine's version. @throws when the engine does not answer. */
export async function engineVersion(endpoint: EngineEndpoint, timeoutMs?: number): Promise<EngineVersion> {
  const { status, body } = await engineGet(endpoint, '/version', timeoutMs);
  if (status !== 200) throw new Error(`/version answered ${status}: ${body.slice(0, 200)}`);
  const value = JSON.parse(body) as Record<string, string>;
  const text = (key: string): string => value[key] ?? '';
  return { version: text('Version'), apiVersion: text('ApiVersion'), minApiVersion: text('MinAPIVersion'), kernel: text('KernelVersion'), os: text('Os'), arch: text('Arch') };
}

/** How the engine keeps its data, of `/info`. @throws when the engine does not answer. */
export async function engineStorage(endpoint: EngineEndpoint): Promise<{ engine: string; storageDriver: string }> {
  const { status, body } = await engineGet(endpoint, '/info');
  const { ServerVersion: engine, Driver: storageDriver } = (status === 200 ? JSON.parse(body) : {}) as Record<string, unknown>;
  if (typeof engine !== 'string' || typeof storageDriver !== 'string') throw new Error(`/info answered ${status}: ${body.slice(0, 200)}`);
  return { engine, storageDriver };
}

/** Whether the engine answers `/_ping` over mutual TLS within the deadline. */
export async function pingEngine(endpoint: EngineEndpoint, timeoutMs = 5_000): Promise<{ ok: true } | { ok: false; error: unknown }> {
  try {
    const { status, body } = await engineGet(endpoint, '/_ping', timeoutMs);
    return status === 200 && body === 'OK' ? { ok: true } : { ok: false, error: new Error(`/_ping answered ${status}: ${body.slice(0, 200)}`) };
  } catch (error) {
    return { ok: false, error };
  }
}
