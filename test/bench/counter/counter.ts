import fs from 'node:fs';
import path from 'node:path';
import { run } from '../../support/tools.ts';

/** A moment of a guest's start: guest instructions since power-on, and the monotonic clock in nanoseconds. */
export interface Moment {
  instructions: number;
  ns: bigint;
}

/** The structure at the head of plugin.c: six 64-bit numbers. */
const SIZE = 48;

/** Compiles the counting plugin for that QEMU into the folder and returns its path. Needs gcc. */
export async function compilePlugin(qemu: string, folder: string): Promise<string> {
  const { stdout } = await run(qemu, ['--version']);
  const major = Number(/version (\d+)/.exec(stdout)?.[1]);
  // include/qemu/qemu-plugin.h: QEMU up to 8.2 has interface 0 to 1, from 9.0 on 2 to what is current.
  const api = major >= 9 ? 2 : 1;
  const plugin = path.join(folder, 'plugin.so');
  await run('gcc', ['-O2', '-shared', '-fPIC', '-fvisibility=hidden', `-DPLUGIN_API=${api}`, '-o', plugin, path.join(import.meta.dirname, 'plugin.c')]);
  return plugin;
}

/** Reads the numbers of a running QEMU with the plugin. */
export class Counter {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** QEMU's `-plugin` argument. A comma in a path is doubled, as in every QEMU option. */
  argument(plugin: string): string {
    return `file=${plugin.replaceAll(',', ',,')},counter=${this.file.replaceAll(',', ',,')}`;
  }

  /** Now; undefined while QEMU has not begun. */
  now(): Moment | undefined {
    const numbers = this.numbers();
    return numbers && { instructions: Number(numbers[0]), ns: process.hrtime.bigint() };
  }

  /** When QEMU loaded the plugin: before the guest's first instruction. */
  loaded(): Moment | undefined {
    const ns = this.numbers()?.[1];
    return ns ? { instructions: 0, ns } : undefined;
  }

  /** When the unpacked kernel began. */
  kernel(): Moment | undefined {
    return this.moment(2);
  }

  /** When the first program in the guest began. */
  user(): Moment | undefined {
    return this.moment(4);
  }

  private moment(index: number): Moment | undefined {
    const numbers = this.numbers();
    const ns = numbers?.[index + 1];
    return ns ? { instructions: Number(numbers?.[index]), ns } : undefined;
  }

  private numbers(): BigUint64Array | undefined {
    const bytes = fs.existsSync(this.file) ? fs.readFileSync(this.file) : Buffer.alloc(0);
    return bytes.length < SIZE ? undefined : new BigUint64Array(Uint8Array.from(bytes).buffer);
  }
}
