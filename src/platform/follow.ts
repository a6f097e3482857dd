import fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { plainText } from './files.ts';

/** Between two looks: watching a file by the operating system's means tells nothing on network drives, and on Windows little of a file another program holds open. */
const POLL_MS = 200;
const CHUNK = 64 * 1024;

/**
 * Passes on each line that is written to a file from `offset` on (bytes), without control sequences, until `signal` is aborted. A file that is not there yet is
 * waited for; one that was renamed and begun anew, or cut to nothing, is read to its end and the new one from its beginning.
 */
export async function followLines(file: string, offset: number, onLine: (line: string) => void, signal?: AbortSignal): Promise<void> {
  let handle: fs.FileHandle | undefined;
  let position = offset;
  let rest = Buffer.alloc(0);
  const emit = (bytes: Buffer): void => {
    const text = Buffer.concat([rest, bytes]);
    const end = text.lastIndexOf(0x0a) + 1; // a character is never cut: its bytes are all above the line feed's
    rest = text.subarray(end);
    for (const line of linesOf(text.subarray(0, end))) onLine(line);
  };
  const readOn = async (open: fs.FileHandle): Promise<void> => {
    if ((await open.stat()).size < position) position = 0;
    for (const buffer = Buffer.alloc(CHUNK); ; ) {
      const { bytesRead } = await open.read(buffer, 0, CHUNK, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      emit(Buffer.from(buffer.subarray(0, bytesRead)));
    }
  };
  try {
    while (!signal?.aborted) {
      handle ??= await fs.open(file, 'r').catch(() => undefined);
      if (handle) {
        const renewed = await isAnother(handle, file);
        await readOn(handle);
        if (renewed) {
          await handle.close();
          handle = undefined;
          position = 0;
          rest = Buffer.alloc(0);
          continue;
        }
      }
      await sleep(POLL_MS, undefined, signal && { signal }).catch(() => undefined);
    }
  } finally {
    await handle?.close();
  }
}

/** The last `count` lines that are complete, and where in the file (bytes) what follows them begins; nothing of a file that is not there. */
export async function lastLines(file: string, count: number): Promise<{ lines: string[]; end: number }> {
  const handle = await fs.open(file, 'r').catch(() => undefined);
  if (!handle) return { lines: [], end: 0 };
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, Math.max(CHUNK, count * 256)); // more than lines of consoles and logs have
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const complete = buffer.subarray(0, buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1);
    return { lines: linesOf(complete).slice(count === 0 ? Infinity : -count), end: size - length + complete.length };
  } finally {
    await handle.close();
  }
}

/** Lines as people read them: the guest's serial console ends them with CR LF, and draws with escape sequences. */
export function linesOf(bytes: Buffer): string[] {
  return plainText(bytes.toString('utf8')).split('\n').filter((line) => line.trim() !== '');
}

/** Whether the name is another file's by now. While the new one is not there yet, the old one is still written to. */
async function isAnother(handle: fs.FileHandle, file: string): Promise<boolean> {
  const there = await fs.stat(file, { bigint: true }).catch(() => undefined);
  return there !== undefined && there.ino !== (await handle.stat({ bigint: true })).ino;
}
