import fs from 'node:fs/promises';
import path from 'node:path';
import { noRegistries } from '../../src/config/registries.ts';
import { ensureMachine } from '../../src/machine/init.ts';
import { machinePaths, type MachinePaths } from '../../src/machine/paths.ts';
import { choosePorts } from '../../src/machine/ports.ts';
import { readRecord, writeRecord, type MachineRecord } from '../../src/machine/record.ts';
import { up, type UpOptions, type UpResult } from '../../src/machine/up.ts';
import type { RequestedSettings, Workspace } from '../../src/machine/workspace.ts';
import { silentProgress } from '../../src/output/progress.ts';
import { hostPlatform } from '../../src/platform/platform.ts';
import { FakeDriver } from './fake-driver.ts';
import { tinyIso } from './iso.ts';
import { awkwardFolder, removeFolder } from './temp.ts';

/** A workspace in a folder of its own whose only hypervisor is a FakeDriver. */
export class FakeWorld {
  readonly folder: string;
  readonly driver: FakeDriver;
  readonly workspace: Workspace;
  readonly settings: RequestedSettings;
  /** What the user was told between the steps. */
  readonly notes: string[] = [];
  /** What `--debug` shows. */
  readonly debug: string[] = [];

  private constructor(folder: string, driver: FakeDriver, iso: string) {
    this.folder = folder;
    this.driver = driver;
    this.workspace = {
      platform: { ...hostPlatform(), homeDir: path.join(folder, 'user'), env: {} }, home: path.join(folder, 'home'), packageRoot: folder, network: {}, engine: { registries: noRegistries(), settings: {} }, cwd: folder, progress: { ...silentProgress, note: (text) => void this.notes.push(text) },
      debug: (text) => void this.debug.push(text), now: () => new Date(), driver: () => driver, dockerContext: false, readyTimeoutMs: 20_000,
    };
    this.settings = { forNew: { memoryMiB: 1024, cpus: 1, diskMiB: 4096, driver: 'auto', iso, extra: {} }, explicit: {} };
  }

  static async create(driver = new FakeDriver()): Promise<FakeWorld> {
    const folder = await awkwardFolder();
    const iso = path.join(folder, 'image.iso');
    await fs.writeFile(iso, tinyIso());
    return new FakeWorld(folder, driver, iso);
  }

  /** `b2d up` with what the user asks for just now. */
  up(explicit: RequestedSettings['explicit'] = {}, options: UpOptions = {}): Promise<UpResult> {
    return up(this.workspace, 'default', { ...this.settings, explicit }, options);
  }

  /** Makes the machine with ports that are nobody's favourites: test files that run at the same time do not take them from each other. */
  async initWithRarePorts(): Promise<void> {
    const { machine } = await ensureMachine(this.workspace, 'default', this.settings);
    await writeRecord(machine.paths.record, { ...machine.record, ports: await choosePorts({}, new Set([2376, 2022])) });
  }

  get paths(): MachinePaths {
    return machinePaths(this.workspace.platform, this.workspace.home, 'default');
  }

  async record(): Promise<MachineRecord> {
    const record = await readRecord(this.paths.record);
    if (record === undefined) throw new Error('there is no machine.json');
    return record;
  }

  async dispose(): Promise<void> {
    await this.driver.off();
    await removeFolder(this.folder);
  }
}
