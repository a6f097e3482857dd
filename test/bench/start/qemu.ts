import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';

/** A guest that the benchmark runs without b2d's driver; the devices are the ones that the driver gives. */
export interface GuestOptions {
  qemu: string;
  /** Its files go here: console.log, qemu.log. */
  folder: string;
  memoryMiB: number;
  accelerator: 'tcg' | 'kvm';
  /** A qcow2 file, written to. */
  disk: string;
  /** Raw CD images, the first is booted from unless there is a kernel. */
  cds?: readonly string[];
  /** A raw disk, read only, beside the first one. */
  extraDisk?: string;
  direct?: { kernel: string; initrd: string; commandLine: string };
  /** Guest ports -> ports of 127.0.0.1. */
  ports: ReadonlyMap<number, number>;
  extraArguments?: readonly string[];
}

/** A running guest. */
export class Guest {
  readonly consoleFile: string;
  private readonly child: ChildProcess;
  private readonly logFile: string;

  private constructor(child: ChildProcess, folder: string) {
    this.child = child;
    this.consoleFile = path.join(folder, 'console.log');
    this.logFile = path.join(folder, 'qemu.log');
  }

  static async start(options: GuestOptions): Promise<Guest> {
    const log = await fs.open(path.join(options.folder, 'qemu.log'), 'w');
    try {
      // The kernel ends QEMU when this process ends in whatever way: prctl(2), PR_SET_PDEATHSIG.
      const child = spawn('setpriv', ['--pdeathsig', 'KILL', options.qemu, ...argumentsOf(options)], { stdio: ['pipe', log.fd, log.fd] });
      await once(child, 'spawn');
      return new Guest(child, options.folder);
    } finally {
      await log.close();
    }
  }

  /** @throws Error when QEMU has ended. */
  check(): void {
    if (this.ended()) throw new Error(`QEMU ended (${this.child.exitCode ?? this.child.signalCode}): ${readFileSync(this.logFile, 'utf8').trim()}`);
  }

  /** Presses the power button through QEMU's monitor and waits; pulls the plug at the deadline. @returns whether the guest went by itself. */
  async shutdown(timeoutMs: number): Promise<boolean> {
    if (this.ended()) return true;
    const exit = once(this.child, 'exit', { signal: AbortSignal.timeout(timeoutMs) }).then(() => true, () => false);
    this.child.stdin?.write('system_powerdown\n');
    const orderly = await exit;
    await this.powerOff();
    return orderly;
  }

  async powerOff(): Promise<void> {
    if (this.ended()) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  private ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

function argumentsOf(options: GuestOptions): string[] {
  const { folder, accelerator, memoryMiB, disk, direct, extraDisk } = options;
  const forwards = [...options.ports].map(([guest, host]) => `,hostfwd=tcp:127.0.0.1:${host}-:${guest}`).join('');
  return [
    '-nodefaults', '-no-user-config', '-display', 'none', '-monitor', 'stdio',
    '-machine', 'q35', '-accel', accelerator, '-cpu', accelerator === 'kvm' ? 'host' : 'max', '-smp', 'cpus=1,sockets=1', '-m', `size=${memoryMiB}M`,
    '-rtc', 'base=utc', '-boot', 'strict=on',
    '-chardev', `file,id=console,path=${path.join(folder, 'console.log').replaceAll(',', ',,')},append=off`, '-serial', 'chardev:console',
    ...drive('data', { driver: 'qcow2', discard: 'unmap' }, disk), '-device', 'virtio-blk-pci,drive=data,serial=b2d-data',
    ...(extraDisk ? [...drive('extra', { driver: 'raw', 'read-only': true }, extraDisk), '-device', 'virtio-blk-pci,drive=extra'] : []),
    ...(options.cds ?? []).flatMap((file, port) => [...drive(`cd${port}`, { driver: 'raw', 'read-only': true }, file), '-device', `ide-cd,bus=ide.${port},drive=cd${port}${port === 0 && !direct ? ',bootindex=0' : ''}`]),
    '-netdev', `user,id=net0,ipv6=off${forwards}`, '-device', 'virtio-net-pci,netdev=net0,romfile=',
    '-object', 'rng-builtin,id=rng0', '-device', 'virtio-rng-pci,rng=rng0',
    '-device', 'virtio-balloon-pci,deflate-on-oom=on,free-page-reporting=on',
    ...(direct ? ['-kernel', direct.kernel, '-initrd', direct.initrd, '-append', direct.commandLine] : []),
    ...(options.extraArguments ?? []),
  ];
}

/** JSON, so that a comma in a path is no separator. */
function drive(node: string, format: Record<string, unknown>, filename: string): string[] {
  return ['-blockdev', JSON.stringify({ ...format, 'node-name': node, file: { driver: 'file', filename } })];
}
