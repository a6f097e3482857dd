import type { GuestOptions } from './qemu.ts';

/** A kind of guest that the benchmark starts by itself. */
export interface Recipe {
  /** Makes disks and keys in a folder: certificates where `tlsPaths` has them, keys where `sshPaths` has them. */
  prepare(folder: string): Promise<Pick<GuestOptions, 'disk' | 'cds' | 'extraDisk' | 'direct'>>;
  /** The console line that the guest writes right before it runs its container engine. */
  engineLine: RegExp;
  /** A console line after which no engine will come. */
  fatalLine: RegExp;
}

/** The machine's name in certificates and keys. */
export const NAME = 'bench';
