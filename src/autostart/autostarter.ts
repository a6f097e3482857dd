import type { Platform } from '../platform/platform.ts';
import { launchAgents } from './launchd.ts';
import { runKey } from './run-key.ts';
import type { LoginStart } from './start.ts';
import { userUnits } from './systemd.ts';

/** A machine's entry, as it is there. */
export interface AutostartEntry {
  /** What it starts; undefined where b2d did not make it. */
  start: LoginStart | undefined;
  /** Whether it says that as this b2d would. */
  unchanged: boolean;
  /** Why the operating system does not run it at login though it is there. */
  idle?: string;
}

/** What starts programs at login, of one operating system. Each machine name has one entry for a user, whatever B2D_HOME it is of. */
export interface Autostarter {
  /** Where the entry of that machine is, or would be. */
  where(machine: string): string;
  /** @throws B2dError (storage, failure) where it cannot be told */
  read(machine: string): Promise<AutostartEntry | undefined>;
  /** The machines that there are entries for, b2d's or not. */
  list(): Promise<string[]>;
  /**
   * Makes the entry, or replaces it; called again, it finishes what was cut off.
   * @returns what the user should know
   * @throws B2dError (usage) where it cannot be expressed, (unsupported) where there is no such service, (storage, failure)
   */
  write(start: LoginStart): Promise<string[]>;
  /** Removes the entry and what is left of one that was removed by hand. Not what it started. @throws B2dError (storage, failure) */
  remove(machine: string): Promise<void>;
}

/** The one of this operating system. */
export function autostarterFor(platform: Platform): Autostarter {
  return { darwin: launchAgents, linux: userUnits, win32: runKey }[platform.os](platform);
}
