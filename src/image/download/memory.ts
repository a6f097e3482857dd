import v8 from 'node:v8';
import vm from 'node:vm';

/** Bytes that come between two collections. With twice as many a download through a proxy takes 15 MB more, without any collection 60 MB; more often brings nothing. */
const COLLECT_EVERY = 4 * 1024 ** 2;

/** Collects young objects only, in a fraction of a millisecond. */
type Collect = (options: { type: 'minor' }) => void;

let collect: Collect | undefined;
let since = 0;

/**
 * Gives the memory of a chunk that is not needed any more back at once; of one that shares its memory with others it is left to the garbage collector.
 *
 * Through TLS and proxies there are blocks of that size besides, which only the streams before knew. The collector does not count them as filling its space for
 * young objects: tens of megabytes pile up, and fresh memory from the system is slow. So it is told to look.
 */
export function release(chunk: Buffer): void {
  since += chunk.byteLength;
  if (chunk.byteLength === chunk.buffer.byteLength) (chunk.buffer as unknown as { transfer(length: number): void }).transfer(0);
  if (since < COLLECT_EVERY) return;
  since = 0;
  collect ??= exposed();
  collect({ type: 'minor' });
}

/** `gc` of V8, as `node --expose-gc` has it: contexts that are made after the flag is set know it. */
function exposed(): Collect {
  v8.setFlagsFromString('--expose-gc');
  return vm.runInNewContext('gc') as Collect;
}
