import { machineFlag } from '../machine/errors.ts';
import { nameOf } from '../machine/image.ts';
import type { GoneBack } from '../machine/trial.ts';
import type { Effect } from '../machine/shares/live.ts';

const SETTING_NAMES: Record<string, string> = { memoryMiB: 'memory', cpus: 'CPUs', diskMiB: 'disk', image: 'image', extra: 'driver settings', shares: 'shares', hostAccess: 'host access' };

/** Tells which settings were changed and when they count; `next` is the command that starts the machine. */
export function pendingNote(name: string, changed: readonly string[], next: 'restart' | 'up' = 'restart'): string {
  return `Changed: ${changed.map((key) => SETTING_NAMES[key] ?? key).join(', ')}. It takes effect at the next start:  b2d ${next}${machineFlag(name)}`;
}

/** Tells that an upgrade was undone. */
export function goneBackNote(name: string, { from, to, error }: GoneBack): string {
  return `Image ${nameOf(from)}, which an upgrade had given it, did not get ready (${error.reason ?? error.message}); "${name}" is back on ${nameOf(to)}.`;
}

/** Tells when a change of the shares counts; nothing where it does. */
export function effectNote(name: string, effect: Effect): string {
  const flag = machineFlag(name);
  return { now: '', start: ` It takes effect at the next start:  b2d up${flag}`, restart: ` It takes effect at the next start:  b2d restart${flag}` }[effect];
}

/** Tells how a suspended machine goes on, or not. */
export function suspendedNote(name: string): string {
  const flag = machineFlag(name);
  return `Machine "${name}" is suspended. Let it go on:  b2d up${flag}   Give its state up, as by a power cut:  b2d kill${flag}`;
}
