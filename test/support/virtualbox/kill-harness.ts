import { writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from '@jest/globals';
import { execute, TestHome, type Result } from '../b2d.ts';
import { writeGuestIso } from '../guest.ts';
import { SUSPENDING_INTERPRETER } from './interpreter.ts';

/**
 * Stands in for VBoxManage: calls the real one, counts the calls in its own folder, and after the call of the number in `kill-at` ends the b2d that
 * called it, by kill -9. With `during` (seconds) it ends b2d and VBoxManage alike that long after the call has begun. A call that only reads does not count
 * where all names below `base`, and the contents of what VirtualBox does not write, are as they were when its service was last asked: a kill after it would leave
 * what the kill before left. The first to ask the service counts, since it starts it. Its victim must be the process in `victim`.
 */
const WRAPPER = `#!/bin/sh
here=$(dirname "$0")
files=$(cd "$(cat "$here/base")" && find . \\( -name 'VirtualBox home' -o -name "\${here##*/}" \\) -prune -o -print \\
  -type f ! -path '*/Logs/*' ! -name 'console.log*' ! -name '*.vbox*' ! -name '*.vdi' ! -name '*.sav' -exec cksum {} + 2>/dev/null | sort)
case "$1 $3" in
--version*) files= ;;
showvminfo* | list* | getextradata* | showmediuminfo* | 'snapshot list') [ "$files" != "$(cat "$here/files")" ] || exec "$(cat "$here/real")" "$@" ;;
esac
printf '%s\\n' "$files" >"$here/files"
n=1
while ! mkdir "$here/calls/$n" 2>/dev/null; do n=$((n + 1)); done
printf '%s\\n' "$*" >"$here/calls/$n/words"
[ "$n" = "$(cat "$here/kill-at")" ] && [ "$PPID" = "$(cat "$here/victim")" ] || exec "$(cat "$here/real")" "$@"
if [ -s "$here/during" ]; then
  "$(cat "$here/real")" "$@" &
  sleep "$(cat "$here/during")"
  kill -9 "$PPID" $!
else
  "$(cat "$here/real")" "$@"
  kill -9 "$PPID"
fi
`;

/** The harness is a shell script, and on Windows a VirtualBox of our own cannot be had. */
export const killTest = process.platform === 'win32' ? test.skip : test;

/** What VirtualBox and the disk hold of b2d's machines, without what differs from run to run. */
export interface Traces {
  machines: string[];
  media: string[];
  files: string[];
}

/** A home with a VirtualBox service of its own whose VBoxManage can be told to end b2d after any call. */
export class KillHome {
  readonly home: TestHome;
  /** Two boot images of different content; the first obeys the power button. */
  readonly images: readonly [string, string];
  private readonly folder: string;

  private constructor(home: TestHome, folder: string, images: [string, string]) {
    this.home = home;
    this.folder = folder;
    this.images = images;
  }

  static async create(user: string): Promise<KillHome> {
    const real = process.env['B2D_TEST_VBOXMANAGE'];
    if (!real) throw new Error('B2D_TEST_VBOXMANAGE is not set: run the tests by `npm test`, which brings a VirtualBox.');
    const home = await TestHome.create();
    const folder = path.join(path.dirname(home.home), "it's a VBoxManage");
    await fs.mkdir(folder);
    await fs.writeFile(path.join(folder, 'real'), real);
    await fs.writeFile(path.join(folder, 'base'), path.dirname(home.home));
    await fs.writeFile(path.join(folder, 'VBoxManage'), WRAPPER, { mode: 0o755 });
    const images = await Promise.all([0, 1].map((bytes) => writeGuestIso(path.join(folder, `${bytes}.iso`), 'powerButton', 'virtualbox')));
    await fs.appendFile(images[1] as string, Buffer.alloc(2048)); // another image by its digest
    delete home.env['B2D_ISO'];
    Object.assign(home.env, {
      B2D_MEMORY: '512', B2D_CPUS: '1', B2D_DISK: '1g', B2D_DRIVER: 'virtualbox', B2D_READY_TIMEOUT: '1', B2D_VIRTUALBOX_PROGRAM: path.join(folder, 'VBoxManage'),
      ...(process.env['B2D_TEST_VIRTUALBOX_MODULE'] !== 'yes' && { B2D_VIRTUALBOX_MODIFYVM: SUSPENDING_INTERPRETER }), VBOX_USER_HOME: path.join(path.dirname(home.home), 'VirtualBox home'), VBOX_TEST_USER: `${user}-${process.pid}`,
    });
    return new KillHome(home, folder, images as [string, string]);
  }

  /** Runs b2d and ends it at that call of VBoxManage; 0 for never. @returns `killed` where it was ended so, and the words of each call that counts. */
  async b2d(args: readonly string[], killAt = 0, during = ''): Promise<Result & { killed: boolean; calls: string[] }> {
    const calls = path.join(this.folder, 'calls');
    await fs.rm(calls, { recursive: true, force: true });
    await fs.mkdir(calls);
    for (const [name, text] of Object.entries({ 'kill-at': String(killAt), victim: '', files: '', during })) await fs.writeFile(path.join(this.folder, name), text);
    const result = await this.home.b2d(args, { started: ({ pid }) => writeFileSync(path.join(this.folder, 'victim'), String(pid)) });
    const numbers = (await fs.readdir(calls)).map(Number).sort((one, other) => one - other);
    const words = await Promise.all(numbers.map((number) => fs.readFile(path.join(calls, String(number), 'words'), 'utf8')));
    return { ...result, killed: result.code === -1, calls: words.map((text) => text.trim()) };
  }

  /** Everything that is there now. */
  async traces(): Promise<Traces> {
    const described = [];
    for (const uuid of await this.machines()) described.push(await this.vbox('showvminfo', uuid, '--machinereadable'), await this.vbox('getextradata', uuid, 'enumerate'));
    const machines = path.join(this.home.home, 'machines'); // an image that was replaced may stay in VirtualBox's list: it is shared, and does no harm
    const media = `${await this.vbox('list', 'hdds')}\n\n${await this.vbox('list', 'dvds')}`.split(/\n\n/).filter((medium) => medium.includes(machines)).join('\n');
    const files = await fs.readdir(machines, { recursive: true });
    return { machines: this.lines(described.join('\n')), media: this.lines(media).filter((line) => /^(Location|State|Type|Format|Capacity|Parent)/.test(line)).sort(), files: this.lines(files.join('\n')).sort() };
  }

  /** UUIDs of all machines there are: this VirtualBox is ours alone. */
  private async machines(): Promise<string[]> {
    return [...(await this.vbox('list', 'vms')).matchAll(/\{([0-9a-f-]{36})\}$/gm)].map(([, uuid]) => uuid as string);
  }

  private vbox(...args: string[]): Promise<string> {
    const real = process.env['B2D_TEST_VBOXMANAGE'] as string;
    return execute(real, args, { env: this.home.env }).then(({ code, stdout, stderr }) => {
      if (code !== 0) throw new Error(`VBoxManage ${args.join(' ')} ended with ${code}: ${stderr}`);
      return stdout;
    });
  }

  /**
   * The lines without what is different each time: identities, addresses, ports, dates, files that pile up from start to start, and `localhostReachable`, of which
   * VirtualBox forgets that it is off when its service ends (7.2.22).
   */
  private lines(text: string): string[] {
    return text
      .replaceAll(path.dirname(this.home.home), 'BASE')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, 'UUID')
      .replace(/images\/[0-9a-f]{64}/g, 'images/SHA')
      .replace(/(macaddress1=").*"/, '$1MAC"')
      .replace(/(,127\.0\.0\.1,)\d+,/g, '$1PORT,')
      .replace(/\d{4}-\d\d-\d\dT[\d-]+Z\.sav/g, 'DATE.sav')
      .split('\n')
      .filter((line) => line !== '' && !/^(VMStateChangeTime|SessionName|VideoMode|VRDE|GuestMemoryBalloon|vmprocpriority|description|GuestAdditions|localhostReachable)/i.test(line) && !/(Logs\/.*|console\.log\.1|\.vbox-prev|-\d+\.\d+-linux\.vbox)$/.test(line));
  }

  /** Ends and removes every machine of this VirtualBox, also those that b2d does not find any more. */
  async dispose(): Promise<void> {
    await this.b2d(['version']); // from here on nothing is killed
    await this.home.b2d(['delete', '--yes']);
    for (const uuid of await this.machines()) {
      await this.vbox('controlvm', uuid, 'poweroff').catch(() => undefined);
      await this.vbox('unregistervm', uuid).catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
    }
    await this.home.dispose();
    await fs.rm(path.join(os.tmpdir(), `.vbox-${this.home.env['VBOX_TEST_USER']}-ipc`), { recursive: true, force: true });
  }
}
