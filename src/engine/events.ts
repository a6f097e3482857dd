import https from 'node:https';
import type { EngineEndpoint } from './client.ts';
import { engineRequest } from './client.ts';

/** What happens in the engine, as far as it was asked for. */
export interface EventStream {
  /** Settles when the engine, or the way to it, ends the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

/**
 * Opens the engine's event stream (`GET /events`, https://docs.docker.com/reference/api/engine/) and returns once the engine has agreed: from then on `onActivity`
 * is called whenever something of the filters' kinds has happened. What it was must be asked for: nothing that the stream says is read or kept, since it comes from the guest.
 * @param filters Docker's own: `{ type: ['container'], event: ['start', 'die'] }`.
 * @throws the system's or TLS's error, or when the engine has not agreed after `timeoutMs`.
 */
export function followEvents(endpoint: EngineEndpoint, filters: Record<string, string[]>, onActivity: () => void, timeoutMs = 10_000): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const request = https.get(engineRequest(endpoint, `/events?filters=${encodeURIComponent(JSON.stringify(filters))}`), (response) => {
      clearTimeout(deadline);
      if (response.statusCode !== 200) {
        request.destroy();
        return reject(new Error(`/events answered ${response.statusCode}`));
      }
      const ended = new Promise<void>((settle) => response.once('close', settle));
      response.on('error', () => undefined).on('data', onActivity); // an error is followed by `close`
      resolve({ ended, close: () => void request.destroy() });
    });
    const deadline = setTimeout(() => request.destroy(new Error(`/events was not answered within ${timeoutMs / 1000} seconds`)), timeoutMs);
    request.on('error', (error) => {
      clearTimeout(deadline);
      reject(error);
    });
  });
}
