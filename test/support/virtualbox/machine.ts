import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Driver, MachineSpec, NatRule } from '../../../src/drivers/driver.ts';
import { createVirtualBoxDriver, type VirtualBoxDriverOptions } from '../../../src/drivers/virtualbox/driver.ts';
import { hostPlatform, type Platform } from '../../../src/platform/platform.ts';
import { openVirtualBox, type VirtualBox } from '../../../src/virtualbox/index.ts';
import { SUSPENDING_INTERPRETER } from './interpreter.ts';
import { poolOf, testSpec, until, type TestSpecOptions } from '../machine.ts';

/** Real VirtualBox with an empty home of its own, and so a VBoxSVC of its own, which ends 5 s after its last use. */
export interface TestVirtualBox {
  platform: Platform;
  vbox: VirtualBox;
  /** VirtualBox's own settings are here: VirtualBox.xml. */
  home: string;
  /** The driver settings that every machine here needs. */
  extra: Record<string, string>;
  dispose(): Promise<void>;
}

let made = 0;

/** @param label names the VBoxSVC: one for each test file. */
export async function testVirtualBox(label: string): Promise<TestVirtualBox> {
  const program = process.env['B2D_TEST_VBOXMANAGE'];
  if (!program) throw new Error('B2D_TEST_VBOXMANAGE names no VBoxManage: run npm test');
  const home = await fs.mkdtemp(path.join(os.tmpdir(), `b2d-vbox-${label}-`));
  const user = `b2d-${label}-${process.pid}-${++made}`;
  const platform = { ...hostPlatform(), env: { ...process.env, VBOX_USER_HOME: home, VBOX_TEST_USER: user } };
  return {
    platform,
    vbox: openVirtualBox(platform, program),
    home,
    extra: { 'virtualbox.program': program, ...(process.env['B2D_TEST_VIRTUALBOX_MODULE'] !== 'yes' && { 'virtualbox.modifyvm': SUSPENDING_INTERPRETER }) },
    dispose: async () => {
      await fs.rm(home, { recursive: true, force: true, maxRetries: 3 });
      await fs.rm(path.join(os.tmpdir(), `.vbox-${user}-ipc`), { recursive: true, force: true });
    },
  };
}

/** A machine of the tiny guest; `remove` ends and forgets it whatever a test did to it. */
export interface TestMachine {
  spec: MachineSpec;
  driver: Driver;
  remove(): Promise<void>;
}

export interface TestMachineOptions extends TestSpecOptions {
  driver?: VirtualBoxDriverOptions;
  /** Without it only the folder is there. */
  create?: boolean;
}

/** Machines in that VirtualBox; it is asked for late, because a test file makes it before its tests. */
export function machinePool(virtualBox: () => TestVirtualBox): ReturnType<typeof poolOf<TestMachine, TestMachineOptions>> {
  return poolOf(async ({ driver: options = {}, create = true, ...more }: TestMachineOptions = {}) => {
    const { platform, extra, vbox } = virtualBox();
    const { spec, removeFolder } = await testSpec('virtualbox', { ...more, extra: { ...extra, ...more.extra } });
    const driver = createVirtualBoxDriver(platform, { settings: extra, ...options });
    if (create) await driver.create(spec);
    const remove = async (): Promise<void> => {
      try {
        await driver.powerOff(spec);
        if (await vbox.machine(spec.uuid)) await vbox.unregister(spec.uuid);
      } finally {
        await removeFolder();
      }
    };
    return { spec, driver, remove };
  });
}

/** The process that has a rule's host port, by /proc; undefined where none has. */
export async function listenerOf({ protocol, hostPort }: NatRule): Promise<number | undefined> {
  const address = `0100007F:${hostPort.toString(16).toUpperCase().padStart(4, '0')}`;
  const table = (await fs.readFile(`/proc/net/${protocol}`, 'utf8')).split('\n').map((line) => line.trim().split(/\s+/));
  const inode = table.find(([, local, , state]) => local === address && (protocol === 'udp' || state === '0A'))?.[9];
  for (const pid of (await fs.readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const fd of await fs.readdir(`/proc/${pid}/fd`).catch(() => [])) {
      if (inode !== undefined && (await fs.readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')) === `socket:[${inode}]`) return Number(pid);
    }
  }
  return undefined;
}

/** The VBoxSVC of that VirtualBox, while it runs. */
export async function serviceOf({ home }: TestVirtualBox): Promise<number | undefined> {
  for (const pid of (await fs.readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const program = await fs.readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    const environment = program.startsWith('VBoxSVC') ? await fs.readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '') : '';
    if (environment.split('\0').includes(`VBOX_USER_HOME=${home}`)) return Number(pid);
  }
  return undefined;
}

/** Ends VBoxSVC, which then has forgotten what it had in memory, and returns when it is gone. No machine may run. */
export async function endService(virtualBox: TestVirtualBox): Promise<void> {
  const pid = await serviceOf(virtualBox);
  if (pid === undefined) return;
  process.kill(pid, 'SIGTERM');
  await until(async () => (await serviceOf(virtualBox)) === undefined, 'VBoxSVC to end');
}
