import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { copyBlocks } from '../../../src/copy/blocks.ts';

/** Copies a buffer by reads that are shortened by `shorten`, as if its size were `size`. */
async function through(content: Buffer, size = content.length, shorten = (length: number) => length): Promise<{ copied: Buffer; total: number; told: number }> {
  const copied = Buffer.alloc(content.length + 1);
  let [end, told] = [0, 0];
  const total = await copyBlocks(
    async (position, length) => { await new Promise(setImmediate); return content.subarray(position, position + shorten(length)); },
    async (bytes, position) => { copied.set(bytes, position); end = Math.max(end, position + bytes.length); },
    { size, signal: new AbortController().signal, onBytes: (count) => void (told += count) },
  );
  return { copied: copied.subarray(0, end), total, told };
}

const content = randomBytes(1_000_003);

test.each([
  ['of its size', content.length],
  ['that has grown', 10],
  ['that has shrunk', 50_000_000],
  ['that says 0, as those of /proc', 0],
])('a file %s comes out whole', async (_, size) => {
  const { copied, total, told } = await through(content, size);
  expect(copied.equals(content)).toBe(true);
  expect([total, told]).toEqual([content.length, content.length]);
});

test('an empty file is empty', async () => expect(await through(Buffer.alloc(0))).toMatchObject({ total: 0 }));
test('short reads are no end', async () => expect((await through(content, content.length, (length) => Math.ceil(length / 3))).copied.equals(content)).toBe(true));

describe('ends with the first error', () => {
  const options = { size: 10_000_000, onBytes: () => undefined };
  test('of either side, when nothing is under way any more', async () => {
    let underWay = 0;
    const write = async (_: Uint8Array, position: number): Promise<void> => {
      underWay++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      underWay--;
      if (position > 100_000) throw new Error('full');
    };
    await expect(copyBlocks(async (_, length) => Buffer.alloc(length), write, { ...options, signal: new AbortController().signal })).rejects.toThrow('full');
    expect(underWay).toBe(0);
  });

  test('or with the signal', async () => {
    const controller = new AbortController();
    const read = async (position: number, length: number): Promise<Buffer> => {
      if (position > 1_000_000) controller.abort(new Error('enough'));
      return Buffer.alloc(length);
    };
    await expect(copyBlocks(read, async () => undefined, { ...options, size: Number.MAX_SAFE_INTEGER, signal: controller.signal })).rejects.toThrow('enough');
  });
});
