import { b2dHome } from '../config/home.ts';
import { extraSettings, loadSettings, type Settings } from '../config/load.ts';
import { explainDriverChoice, type DriverChoice } from '../drivers/choose.ts';
import type { Driver, DriverName } from '../drivers/driver.ts';
import { driverFor } from '../drivers/registry.ts';
import { searchVirtualBox } from '../drivers/virtualbox/session.ts';
import { machineStatus, type MachineStatus } from '../machine/status.ts';
import type { Machine } from '../machine/machine.ts';
import { packageRoot } from '../package-root.ts';
import type { Platform } from '../platform/platform.ts';
import type { VBoxManageSearch } from '../virtualbox/index.ts';
import { heldLocks } from './host/locks.ts';
import { findMachines, type MachineEntry } from '../machine/find.ts';

/** What the checks look at. The slow questions that several of them ask are asked once. */
export interface DoctorContext {
  platform: Platform;
  /** Where /proc, /dev and /sys are. */
  systemRoot: string;
  now(): Date;
  /** For `--debug`. */
  note(text: string): void;
  /** B2D_HOME, or undefined where the variable cannot be used. */
  home: string | undefined;
  /** The settings for new machines, with defaults for what cannot be used; undefined where they cannot be read at all. */
  settings: Settings | undefined;
  /** What was thrown when they were read strictly. */
  settingsProblem: unknown;
  /** Driver settings: of the variables alone where the settings cannot be used. */
  extra: Readonly<Record<string, string>>;
  wantedDriver: DriverName | 'auto';
  /** Every machine, or the one that was asked for. */
  machines: MachineEntry[];
  /** The machine that was asked for. */
  onlyMachine: string | undefined;
  /** The folder of b2d's package.json. */
  packageRoot: string;
  driverChoice(): Promise<DriverChoice>;
  findVirtualBox(): Promise<VBoxManageSearch>;
  status(machine: Machine): Promise<MachineStatus>;
  /** The machines that another b2d works on now, with a sentence about it. */
  heldLocks(): Promise<ReadonlyMap<string, string>>;
}

export interface DoctorOptions {
  /** Look at this machine alone. */
  machine?: string | undefined;
  note?: (text: string) => void;
  systemRoot?: string;
  now?: () => Date;
  /** Makes the drivers; tests bring their own. */
  driver?: (name: DriverName) => Driver;
}

/** Gathers what the checks need. Never throws for broken settings or machines: those are findings. */
export async function openDoctorContext(platform: Platform, options: DoctorOptions = {}): Promise<DoctorContext> {
  const note = options.note ?? (() => undefined);
  let home: string | undefined;
  let settings: Settings | undefined;
  let settingsProblem: unknown;
  try {
    const folder = (home = b2dHome(platform));
    settings = await loadSettings({ platform, home }).catch(async (error: unknown) => {
      settingsProblem = error;
      return loadSettings({ platform, home: folder, lenient: true }); // for the other checks
    });
  } catch (error) {
    settingsProblem ??= error;
  }
  const settingsInForce = settings?.extra ?? extraSettings({ extra: {} }, { platform, home: home ?? '' });
  const extra = Object.fromEntries(Object.entries(settingsInForce).map(([name, { value }]) => [name, value]));
  const wantedDriver = settings?.driver.value ?? 'auto';
  const driver = options.driver ?? ((name) => driverFor(platform, name, { settings: extra, note }));
  const statuses = new Map<Machine, Promise<MachineStatus>>();
  return {
    platform, note, home, settings, settingsProblem, extra, wantedDriver, onlyMachine: options.machine, packageRoot: packageRoot(),
    systemRoot: options.systemRoot ?? '/',
    now: options.now ?? (() => new Date()),
    machines: home === undefined ? [] : await findMachines({ platform, home, driver }, options.machine),
    driverChoice: once(() => explainDriverChoice(driver, wantedDriver)),
    findVirtualBox: once(() => searchVirtualBox(platform, extra['virtualbox.program'])),
    heldLocks: once(() => heldLocks(platform, home)),
    status(machine) {
      const asked = statuses.get(machine) ?? machineStatus(machine);
      statuses.set(machine, asked);
      return asked;
    },
  };
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}
