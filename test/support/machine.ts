import crypto from 'node:crypto';
import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineSpec, NatRule } from '../../src/drivers/driver.ts';
import { GUEST_LINE, writeGuestIso, type GuestBehaviour, type Hypervisor } from './guest.ts';
import { awkwardFolder, plainFolder } from './temp.ts';

export interface TestSpecOptions {
  behaviour?: GuestBehaviour;
  /** Folders with spaces, quotes and letters beyond ASCII. */
  awkward?: boolean;
  extra?: Record<string, string>;
}

/** The description of a machine of the tiny guest, in a folder of its own that `removeFolder` removes. */
export async function testSpec(hypervisor: Hypervisor, { behaviour = 'idle', awkward = false, extra = {} }: TestSpecOptions = {}): Promise<{ spec: MachineSpec; removeFolder(): Promise<void> }> {
  const label = `b2d-${hypervisor}`;
  const base = awkward ? await awkwardFolder(label) : await plainFolder(label);
  const directory = path.join(base, awkward ? 'машина, "one",x=y' : 'one');
  await fs.mkdir(directory, { mode: 0o700 });
  const spec: MachineSpec = {
    name: 'one',
    uuid: crypto.randomUUID(),
    directory,
    cpus: 1,
    memoryMiB: 64,
    diskMiB: 64,
    dataDiskBase: path.join(directory, 'data'),
    imageFile: await writeGuestIso(path.join(base, 'image.iso'), behaviour, hypervisor),
    configDriveFile: path.join(directory, 'config.iso'),
    consoleFile: path.join(directory, 'console.log'),
    extra,
  };
  await fs.writeFile(spec.configDriveFile, Buffer.alloc(64 * 1024), { mode: 0o600 });
  return { spec, removeFolder: () => fs.rm(awkward ? path.dirname(base) : base, { recursive: true, force: true, maxRetries: 3 }) };
}

/** Makes machines and forgets none: `removeAll`, after each test, first runs the `cleanups` and then removes them. */
export function poolOf<Machine extends { remove(): Promise<void> }, Options>(makeOne: (options?: Options) => Promise<Machine>): { make(options?: Options): Promise<Machine>; cleanups: (() => unknown)[]; removeAll(): Promise<void> } {
  const machines: Machine[] = [];
  const cleanups: (() => unknown)[] = [];
  return {
    async make(options) {
      const machine = await makeOne(options);
      machines.push(machine);
      return machine;
    },
    cleanups,
    async removeAll() {
      const works = [...cleanups.splice(0), ...machines.splice(0).map((machine) => () => machine.remove())];
      const failures: unknown[] = [];
      for (const work of works) await Promise.resolve().then(work).catch((error: unknown) => failures.push(error)); // one that fails must not keep the others
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** Waits until the guest has printed its line. */
export async function guestPrinted(file: string): Promise<void> {
  await until(async () => (await fs.readFile(file, 'utf8').catch(() => '')).includes(GUEST_LINE), 'the guest to print');
}

/** Polls until the condition holds; the deadline only ends a test that would otherwise hang. */
export async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await condition()); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
  }
}

export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A listener on a free port of 127.0.0.1, to have a port that is taken. */
export async function takenPort(): Promise<{ port: number; free(): Promise<void> }> {
  const clients = new Set<net.Socket>();
  const server = net.createServer((socket) => clients.add(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const free = (): Promise<void> => new Promise((resolve) => {
    for (const client of clients) client.destroy();
    server.close(() => resolve());
  });
  return { port: (server.address() as net.AddressInfo).port, free };
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const { port, free } = await takenPort();
  await free();
  return port;
}

export function rule(name: string, hostPort: number, guestPort = 22): NatRule {
  return { name, protocol: 'tcp', hostAddress: '127.0.0.1', hostPort, guestPort };
}

/** Whether something accepts connections there. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false)).once('close', () => socket.destroy());
    socket.once('connect', () => socket.destroy());
  });
}
