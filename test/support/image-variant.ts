import fs from 'node:fs/promises';
import path from 'node:path';
import { IMAGE } from './b2d.ts';
import { plainFolder } from './temp.ts';
import { run, tool } from './tools.ts';

/** Where the application id stands in an ISO, and its length (ECMA-119, 8.4.20). */
const APPLICATION_ID = [16 * 2048 + 574, 128] as const;

interface Variant {
  /** The application id: `b2d 9.9.9 amd64 ...`. */
  application: string;
  /** Over the root file system of the built image: path and contents. All are executable. */
  files: Record<string, string>;
}

/**
 * Makes a bootable image that differs from the built one: a second archive behind its initramfs (Documentation/driver-api/early-userspace/buffer-format.rst)
 * holds the files that replace those of the first.
 */
export async function imageVariant(target: string, { application, files }: Variant): Promise<void> {
  const work = await plainFolder('b2d-variant');
  try {
    const root = path.join(work, 'root');
    for (const [name, contents] of Object.entries(files)) {
      await fs.mkdir(path.join(root, path.dirname(name)), { recursive: true });
      await fs.writeFile(path.join(root, name), contents, { mode: 0o755 });
    }
    const initrd = path.join(work, 'initrd');
    await run(tool('bash', 'bash'), ['-euo', 'pipefail', '-c', `
      "$1" -osirrox on -indev "$2" -extract /boot/initrd.img "$3" 2>/dev/null
      chmod u+w "$3"
      truncate -s %4 "$3"
      cd "$4" && find . -mindepth 1 | "$5" --quiet -o -H newc -R 0:0 >>"$3"`, 'variant', tool('xorriso', 'xorriso'), IMAGE, initrd, root, tool('cpio', 'cpio')]);
    await fs.rm(target, { force: true });
    await run(tool('xorriso', 'xorriso'), ['-indev', IMAGE, '-outdev', target, '-boot_image', 'any', 'replay', '-padding', '0', '-map', initrd, '/boot/initrd.img', '-commit']);
    const iso = await fs.open(target, 'r+');
    await iso.write(Buffer.from(application.padEnd(APPLICATION_ID[1]), 'latin1'), 0, APPLICATION_ID[1], APPLICATION_ID[0]).finally(() => iso.close());
  } finally {
    await fs.rm(work, { recursive: true, force: true });
  }
}
