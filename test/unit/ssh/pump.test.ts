import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { pump, ReaderGone } from '../../../src/ssh/pump.ts';

/** A sink whose writes end a little later, with the given error or none. */
function sink(code?: string): Writable & { received: string } {
  const made = Object.assign(new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      setImmediate(() => {
        if (code === undefined) made.received += chunk.toString();
        done(code === undefined ? null : Object.assign(new Error(code), { code }));
      });
    },
  }), { received: '' });
  return made;
}

function sourceOf(text: string): PassThrough {
  const source = new PassThrough();
  source.end(text);
  return source;
}

describe('pump', () => {
  test('resolves when the last byte is written, and leaves the sink open', async () => {
    const out = sink();
    await pump(sourceOf('all of it'), out);
    expect(out.received).toBe('all of it');
    expect(out.writableEnded).toBe(false);
    expect(out.listenerCount('error')).toBe(0);
  });

  test('an error of the last write counts though the source has ended', async () => {
    await expect(pump(sourceOf('x'), sink('ENOSPC'))).rejects.toMatchObject({ exit: 'storage', reason: 'The disk is full.' });
    await expect(pump(sourceOf('x'), sink('EPIPE'))).rejects.toThrow(ReaderGone);
    await expect(pump(sourceOf('x'), sink('EOF'))).rejects.toThrow(ReaderGone); // a closed pipe on Windows
  });

  test('an error of the source is passed on', async () => {
    const source = new PassThrough();
    const pumped = pump(source, sink());
    source.destroy(new Error('cut'));
    await expect(pumped).rejects.toThrow('cut');
  });
});
