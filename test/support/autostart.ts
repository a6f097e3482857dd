import crypto from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { MachineRecord } from '../../src/machine/record.ts';
import { machinePaths } from '../../src/machine/paths.ts';
import { writeRecord } from '../../src/machine/record.ts';
import type { OsName, Platform, RunResult } from '../../src/platform/platform.ts';
import { fakePlatform } from './platform.ts';
import { plainFolder } from './temp.ts';

/** What the fake service of the operating system does with a call; undefined for a program that is not its. */
type Service = (program: string, args: readonly string[]) => Promise<RunResult>;

const done = (stdout = ''): RunResult => ({ code: 0, stdout, stderr: '' });
const failed = (stderr: string): RunResult => ({ code: 1, stdout: '', stderr });

/** A user of one operating system, whose folders are real and whose launchd, systemd or registry is a fake that keeps what it is told. */
export class AutostartWorld {
  readonly folder: string;
  readonly platform: Platform;
  readonly calls: string[][] = [];
  /** What the operating system knows beside the files: loaded agents, values of the key Run. */
  readonly registered = new Map<string, string>();
  /** What the user has switched off in the operating system. */
  readonly switchedOff = new Set<string>();
  private lives = Infinity;
  private die = (): void => undefined;
  /** Whether systemd has started the units. */
  active = false;
  /** Whether the service can be reached at all. */
  reachable = true;

  private constructor(os: OsName, folder: string) {
    this.folder = folder;
    const service = { darwin: this.launchctl, linux: this.systemctl, win32: this.registry }[os];
    this.platform = fakePlatform(os, {
      path: path.posix, homeDir: path.join(folder, 'J ö'), uid: 501, release: '10.0.19045', env: {},
      run: async (program, args) => {
        if (this.lives-- <= 0) {
          this.die();
          return new Promise(() => undefined);
        }
        this.calls.push([program, ...args]);
        return service.call(this, program, args);
      },
    });
  }

  static async create(os: OsName): Promise<AutostartWorld> {
    const world = new AutostartWorld(os, await plainFolder('a'));
    await fs.mkdir(path.join(world.packageRoot, 'dist'), { recursive: true });
    await fs.writeFile(world.program, '');
    await world.makeMachine('default');
    return world;
  }

  get home(): string {
    return path.join(this.platform.homeDir, '.b2d');
  }

  /** Where b2d is installed. */
  packageRootName = 'b2d';
  get packageRoot(): string {
    return path.join(this.folder, this.packageRootName);
  }

  get program(): string {
    return path.join(this.packageRoot, 'dist', 'at-login.js');
  }

  get surroundings(): { platform: Platform; home: string; packageRoot: string } {
    return { platform: this.platform, home: this.home, packageRoot: this.packageRoot };
  }

  async makeMachine(name: string, home = this.home): Promise<void> {
    const { directory, record } = machinePaths(this.platform, home, name);
    await fs.mkdir(directory, { recursive: true });
    const machine: MachineRecord = { version: 1, name, uuid: crypto.randomUUID(), createdAt: '2026-01-01T00:00:00Z', driver: 'qemu', cpus: 1, memoryMiB: 512, diskMiB: 4096, image: { sha256: 'aa', version: '1', source: 'x' }, dataDiskMade: false, ports: {}, extra: {} };
    await writeRecord(record, machine);
  }

  /** Does the work until it makes that many calls, and then nothing of it any more, as after `kill -9`. @returns whether it was killed */
  async killedAfter(calls: number, work: () => Promise<unknown>): Promise<boolean> {
    this.lives = calls;
    const killed = new Promise<true>((resolve) => (this.die = () => resolve(true)));
    const outcome = await Promise.race([killed, work().then(() => false)]);
    this.lives = Infinity;
    return outcome;
  }

  /** Every file of the user's outside B2D_HOME, and what is registered. */
  async remains(): Promise<string[]> {
    const entries = await fs.readdir(this.platform.homeDir, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => path.join(entry.parentPath, entry.name)).filter((file) => !file.startsWith(`${this.home}/`));
    return [...files, ...this.registered.keys(), ...this.switchedOff];
  }

  /** The calls since the last time, without the program's path. */
  takeCalls(): string[] {
    return this.calls.splice(0).map(([program = '', ...args]) => [path.win32.basename(program), ...args.filter((word) => !word.includes('ConvertTo-Json'))].join(' '));
  }

  dispose(): Promise<void> {
    return fs.rm(this.folder, { recursive: true, force: true });
  }

  private readonly launchctl: Service = async (_, [verb = '', target = '', file = '']) => {
    const label = target.split('/')[2] ?? '';
    if (verb === 'print-disabled') return done([...this.switchedOff].map((name) => `\t\t"${name}" => disabled\n`).join(''));
    if (!this.reachable) return failed('Bootstrap failed: 125: Domain does not support specified action');
    if (verb === 'enable') this.switchedOff.delete(label);
    if (verb === 'bootstrap') {
      const name = path.basename(file, '.plist');
      if (this.registered.has(name)) return failed('Bootstrap failed: 5: Input/output error');
      this.registered.set(name, await fs.readFile(file, 'utf8'));
    }
    if (verb === 'bootout' || verb === 'print') {
      if (!this.registered.has(label)) return failed('Could not find service');
      if (verb === 'bootout') this.registered.delete(label);
    }
    return done();
  };

  /** `enable` and `disable` as systemctl(1) has them for a unit with WantedBy=default.target. */
  private readonly systemctl: Service = async (_, [, verb, ...more]) => {
    const unit = more.at(-1) ?? '';
    if (!this.reachable) return failed('Failed to connect to bus: No such file or directory');
    const folder = path.join(this.platform.homeDir, '.config', 'systemd', 'user');
    const link = path.join(folder, 'default.target.wants', unit);
    if (verb === 'is-active') return this.active ? done('active\n') : { code: 3, stdout: 'inactive\n', stderr: '' };
    if (verb === 'enable') {
      await fs.access(path.join(folder, unit));
      await fs.mkdir(path.dirname(link), { recursive: true });
      await fs.rm(link, { force: true });
      await fs.symlink(path.join(folder, unit), link);
    }
    if (verb === 'disable') await fs.rm(link, { force: true });
    return done();
  };

  private readonly registry: Service = async (program, args) => {
    if (program.endsWith('powershell.exe')) {
      const values = [...this.registered].map(([name, command]) => ({ name, command, flag: this.switchedOff.has(name) ? 3 : 2 }));
      return done(`${Buffer.from(JSON.stringify(values)).toString('base64')}\r\n`);
    }
    if (!this.reachable) return failed('ERROR: Access is denied.');
    const [verb, key = '', , name = '', , , , data = ''] = args;
    const approved = key.includes('StartupApproved');
    if (verb === 'add') this.registered.set(name, data);
    else if (!(approved ? this.switchedOff : this.registered).delete(name)) return failed('ERROR: The system was unable to find the specified registry key or value.');
    return done();
  };
}
