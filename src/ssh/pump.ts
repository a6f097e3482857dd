import type { Readable, Writable } from 'node:stream';
import { B2dError, codeOf, messageOf } from '../errors.ts';

/** The reader of our output went away, as `| head` does. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

/**
 * Copies a channel's output to a local stream at the pace of the slower, without ending it (standard output stays open),
 * and resolves once the last byte has left this process: a pipe on Windows is written asynchronously.
 * @throws ReaderGone; B2dError (storage) where the output cannot be written.
 */
export function pump(source: Readable, sink: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(outputError(error));
    const done = (): void => {
      source.unpipe(sink);
      sink.write('', (error) => {
        if (error) return failed(error); // the listener stays: the stream's own `error` event is yet to come
        sink.off('error', failed);
        resolve();
      });
    };
    sink.on('error', failed);
    source.once('error', reject);
    source.once('end', done);
    source.pipe(sink, { end: false });
  });
}

function outputError(error: Error): Error {
  const code = codeOf(error);
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'EOF') return new ReaderGone(); // EOF: a closed pipe on Windows
  return new B2dError('The output of the command could not be written.', {
    exit: 'storage',
    reason: code === 'ENOSPC' ? 'The disk is full.' : messageOf(error),
    remedy: 'Check where the output goes, then run the command again.',
    cause: error,
  });
}
