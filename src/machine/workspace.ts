import type { MachineValues } from '../config/views.ts';
import type { Registries } from '../config/registries.ts';
import type { Driver, DriverName } from '../drivers/driver.ts';
import type { NetworkOptions } from '../image/download/options.ts';
import type { SourceOptions } from '../image/source.ts';
import type { Progress } from '../output/progress.ts';
import type { Platform } from '../platform/platform.ts';
import type { ForwarderProgram } from './port-forwarder.ts';

/** What every operation on machines needs of its surroundings; injected, so that tests need no globals. */
export interface Workspace {
  platform: Platform;
  /** B2D_HOME, absolute. */
  home: string;
  /** The folder of b2d's package.json: bundled images are below it. */
  packageRoot: string;
  /** How images are downloaded. */
  network: NetworkOptions;
  /** What the settings say to the engines of all machines; read at each start. */
  engine: EngineWishes;
  /** Relative paths that the user names start here. */
  cwd: string;
  progress: Progress;
  /** Told what led to a decision; shown with `--debug`. */
  debug(text: string): void;
  now(): Date;
  driver(name: DriverName): Driver;
  /** Whether `up` keeps a docker context for the machine. */
  dockerContext: boolean;
  /** Milliseconds until a machine that was started must answer. */
  readyTimeoutMs: number;
  /** What forwards published ports; without it none are forwarded. */
  forwarder?: ForwarderProgram;
}

/** The registries of the settings, and what they want in daemon.json. */
export interface EngineWishes {
  registries: Registries;
  settings: Readonly<Record<string, unknown>>;
}

/** What a new machine gets, and what the user asked for just now (by flag or variable) for one that is there. */
export interface RequestedSettings {
  forNew: MachineValues;
  explicit: Partial<MachineValues>;
  /** What the user says about the image just now; of a machine that is there it is said of the image it has, where no other is named. */
  source?: SourceOptions;
  /** Share the user's home folder, as boot2docker did. */
  shareHome?: boolean;
}
