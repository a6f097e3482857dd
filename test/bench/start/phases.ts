import type { Moment } from '../counter/counter.ts';
import type { Start } from './follow.ts';

/** One part of a start. */
export interface Phase {
  name: string;
  instructions: number;
  seconds: number;
}

/** A start as phases, the last one being the whole. */
export function phases({ loaded, kernel, user, engine, ready }: Start): Phase[] {
  return [
    phase('firmware, loader, unpacking the kernel', loaded, kernel),
    phase('kernel', kernel, user),
    phase('init, until the engine is run', user, engine),
    phase('engine, until /version over mutual TLS', engine, ready),
    phase('start -> /version', loaded, ready),
  ];
}

function phase(name: string, from: Moment, to: Moment): Phase {
  return { name, instructions: to.instructions - from.instructions, seconds: Number(to.ns - from.ns) / 1e9 };
}

/** Billions (10^9) of instructions, as `1.234`. */
export function billions(instructions: number): string {
  return (instructions / 1e9).toFixed(3);
}
