import fs from 'node:fs';
import { plainText } from '../platform/files.ts';

/** The log and the one before it take at most twice this. */
const MAX_BYTES = 256 * 1024;
/** A line may quote the guest. */
const LINE_CHARACTERS = 500;

/**
 * A log that never grows beyond its limit: what it was before is kept as `.1`. A line that cannot be written is lost: a full disk must not end what is logged about.
 * @returns what writes one line, with the time before it
 */
export function openLog(file: string, { now = () => new Date(), maxBytes = MAX_BYTES } = {}): (text: string) => void {
  return (text) => {
    const line = `${now().toISOString()} ${plainText(text).replace(/\s+/g, ' ').slice(0, LINE_CHARACTERS)}\n`;
    try {
      if ((fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) + line.length > maxBytes) fs.renameSync(file, `${file}.1`);
      fs.appendFileSync(file, line, { mode: 0o600 });
    } catch {
      // see above
    }
  };
}
