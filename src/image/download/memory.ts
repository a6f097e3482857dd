/** Words in 64 KiB: with fewer, memory grows; more are not quicker (test/bench, Node 24). */
const BALLAST = 8192;

const young: { ballast: unknown[] | undefined } = { ballast: undefined };

/**
 * Gives the memory of a chunk that is not needed any more back at once; of one that shares its memory with others it is left to the garbage collector.
 *
 * Each chunk leaves a second block of that size behind, which only the socket knew: what it read before the HTTP parser copied the body out of it. The collector
 * looks for such blocks whenever its space for young objects is full, but does not count them as filling it: tens of megabytes pile up. A little ballast in that
 * space makes it look more often, which takes less time than fetching fresh memory for each chunk does.
 */
export function release(chunk: Buffer): void {
  if (chunk.byteLength === chunk.buffer.byteLength) (chunk.buffer as unknown as { transfer(length: number): void }).transfer(0);
  young.ballast = new Array(BALLAST);
  young.ballast = undefined; // what lives on makes that space larger, and the collector rarer
}
