/** A block fits one packet of every SFTP server: they need take no more than 34,000 bytes (draft-ietf-secsh-filexfer-02, 3), and ssh2 keeps some for itself. */
const BLOCK = 30 * 1024;
/** Requests under way at once: as many as OpenSSH's own sftp has. A machine is a round trip away for each. */
const LANES = 64;

export interface CopyBlocksOptions {
  /** How large the source is said to be; it is read to its end whatever this says. */
  size: number;
  signal: AbortSignal;
  onBytes(count: number): void;
}

/** Copies from `read` to `write` until the end of the source, several blocks at a time. @returns the number of bytes @throws the first error of either; the signal's reason */
export async function copyBlocks(read: (position: number, length: number) => Promise<Uint8Array>, write: (bytes: Uint8Array, position: number) => Promise<void>, { size, signal, onBytes }: CopyBlocksOptions): Promise<number> {
  let [next, end, total, failed] = [0, Number.POSITIVE_INFINITY, 0, false];
  const lane = async (): Promise<void> => {
    while (!failed && next < end) {
      const start = next;
      next += BLOCK;
      for (let position = start; position < start + BLOCK && position < end && !failed; ) {
        signal.throwIfAborted();
        const bytes = await read(position, start + BLOCK - position); // a short read is no end
        if (bytes.length === 0) end = Math.min(end, position);
        else await write(bytes, position);
        position += bytes.length;
        total += bytes.length;
        if (bytes.length > 0) onBytes(bytes.length);
      }
    }
  };
  const lanes = Array.from({ length: Math.min(LANES, Math.max(1, Math.ceil(size / BLOCK))) }, () => lane().catch((error: unknown) => { failed = true; throw error; }));
  const outcomes = await Promise.allSettled(lanes); // nothing may be under way when the files are closed
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return total;
}
