import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chooseAccelerator } from '../../src/drivers/qemu/accelerator.ts';
import { engineGet } from '../../src/engine/client.ts';
import { hostPlatform } from '../../src/platform/platform.ts';
import { connectWhenReady } from '../../src/ssh/connect-when-ready.ts';
import { readLoginKeys } from '../../src/ssh/login-keys.ts';
import { TestHome } from '../support/b2d.ts';
import { freePort } from '../support/sshd.ts';
import { tool } from '../support/tools.ts';
import { withCleanup } from './cleanup.ts';
import { numbersTable, ratio, type Report } from './report.ts';
import { debianRecipe, debianVm, type DebianVm } from './start/debian.ts';
import { Guest } from './start/qemu.ts';
import { withFolder } from './with-folder.ts';

const MEMORY_MIB = 2048;
const IDLE_MS = 10_000;
const READY_MS = 1_200_000;

type Accelerator = 'kvm' | 'tcg';

/** Memory in use with an idle engine: MemTotal - MemAvailable, what no container could have. */
export async function memory(): Promise<Report> {
  const vm = await debianVm();
  const qemu = tool('qemu-system-x86_64', 'qemu-system-x86');
  const { accel } = await chooseAccelerator(hostPlatform(), qemu, '', { firmware: 'bios', args: [] });
  const accelerator = accel === 'kvm' ? 'kvm' : 'tcg';
  process.stderr.write(`memory: b2d, then Debian (${accelerator})\n`);
  const ours = await ofB2d(accelerator);
  const theirs = await ofDebian(vm, qemu, accelerator);
  const row = (name: string, kib: (of: Meminfo) => number): string[] => [name, mib(kib(ours)), mib(kib(theirs)), ratio(kib(ours), kib(theirs))];
  return {
    blocks: [
      `Memory: 1 CPU, ${MEMORY_MIB} MiB, engine idle for ${IDLE_MS / 1000} s, no container`,
      numbersTable(['MiB', 'b2d', 'Debian', 'ratio'], [
        row('used (MemTotal - MemAvailable)', (of) => of.total - of.available),
        row('kept by the kernel (not in MemTotal)', (of) => MEMORY_MIB * 1024 - of.total),
        row('left for containers (MemAvailable)', (of) => of.available),
      ]),
    ],
    goals: [],
  };
}

interface Meminfo {
  /** KiB. */
  total: number;
  available: number;
}

async function ofB2d(accelerator: Accelerator): Promise<Meminfo> {
  const home = await TestHome.create();
  Object.assign(home.env, { B2D_CPUS: '1', B2D_MEMORY: String(MEMORY_MIB), B2D_QEMU_ACCEL: accelerator });
  return withCleanup(() => home.dispose(), async () => {
    await home.must(['up']);
    await delay(IDLE_MS);
    return parse(await home.must(['ssh', '--', 'cat', '/proc/meminfo']));
  });
}

function ofDebian(vm: DebianVm, qemu: string, accelerator: Accelerator): Promise<Meminfo> {
  return withFolder(async (folder) => {
    const hardware = await debianRecipe(vm).prepare(folder);
    const [docker, ssh] = [await freePort(), await freePort()];
    const guest = await Guest.start({ qemu, folder, memoryMiB: MEMORY_MIB, accelerator, ...hardware, ports: new Map([[2376, docker], [22, ssh]]) });
    try {
      await untilReady(guest, docker, path.join(folder, 'docker'));
      await delay(IDLE_MS);
      return parse(await remoteOutput(folder, ssh, 'cat /proc/meminfo'));
    } finally {
      await guest.powerOff();
    }
  });
}

async function untilReady(guest: Guest, port: number, certPath: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const reply = await engineGet({ host: '127.0.0.1', port, certPath }, '/version', 10_000).catch(() => undefined);
    if (reply?.status === 200) return;
    guest.check();
    if (Date.now() > deadline) throw new Error(`Debian's engine did not answer in ${READY_MS / 1000} s.`);
    await delay(500);
  }
}

async function remoteOutput(folder: string, port: number, command: string): Promise<string> {
  const connection = await connectWhenReady({ port, user: 'root', ...(await readLoginKeys(hostPlatform(), folder)), timeoutMs: 120_000 });
  try {
    return await new Promise((resolve, reject) => {
      connection.client.exec(command, (error, channel) => {
        if (error) return reject(error);
        let text = '';
        channel.setEncoding('utf8').on('data', (data: string) => (text += data));
        channel.once('close', () => resolve(text));
      });
    });
  } finally {
    connection.close();
  }
}

function parse(text: string): Meminfo {
  const kib = (name: string): number => {
    const value = Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]);
    if (!Number.isFinite(value)) throw new Error(`/proc/meminfo has no ${name}: ${text.slice(0, 200)}`);
    return value;
  };
  return { total: kib('MemTotal'), available: kib('MemAvailable') };
}

function mib(kib: number): string {
  return (kib / 1024).toFixed(0);
}
