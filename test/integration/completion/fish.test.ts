import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execute } from '../../support/b2d.ts';
import { AWKWARD_SHARE } from '../../support/completion-home.ts';
import { completionWorld, type CompletionWorld } from '../../support/completion-world.ts';
import { run, tool } from '../../support/tools.ts';

/** The real fish, asked by `complete -C` what it would offer. */
let world: CompletionWorld;
beforeAll(async () => {
  world = await completionWorld();
});
afterAll(() => world.dispose());

const fish = async (script: string, ...args: string[]): Promise<string[]> => {
  const { stdout, stderr } = await execute(tool('fish', 'fish'), ['--no-config', '-c', script, ...args], world);
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
};
const offered = (line: string): Promise<string[]> => fish('b2d completion fish | source; complete -C $argv[1]', line);

test.each<[string, string[]]>([
  ['b2d snaps', ["snapshot\tSave the machine's images, containers and volumes, and come back to them."]],
  ['b2d up --disc', ['--discard-state\tBoot a suspended machine anew, as after a power cut; its disk is kept.']],
  ['b2d up --driver ', ['auto', 'qemu', 'virtualbox']],
  ['b2d up --driver=v', ['--driver=virtualbox']],
  ['b2d up -m ', ['default', 'dev']],
  ['b2d config set qemu.firmware ', ['bios', 'uefi']],
  ['b2d share rm /data/', [`${AWKWARD_SHARE}\t/mnt/0`, '/data/plain\t/mnt/1']],
  ['b2d share rm "/data/I', [`${AWKWARD_SHARE}\t/mnt/0`]],
  ["b2d share rm '/data/I", [`${AWKWARD_SHARE}\t/mnt/0`]],
  ['b2d snapshot restore ', ['before & "after"', 'first']],
  ['b2d up --iso ', ['disk.iso', 'images/', 'my disk.iso', 'my images/']],
  ['b2d up --iso=d', ['--iso=disk.iso']],
  ['b2d up --iso "my d', ['my disk.iso']],
  ['b2d share add ', ['images/', 'my images/']],
  ['b2d cp d', ['default:\ta path in this machine', 'dev:\ta path in this machine', 'disk.iso']],
  ['b2d ssh ls ', []],
  ['b2d nothing ', []],
])('%s', async (line, wanted) => expect((await offered(line)).sort()).toEqual([...wanted].sort()));

test('as a file in the folder where fish looks for it', async () => {
  const folder = path.join(world.env['XDG_CONFIG_HOME'] ?? '', 'fish', 'completions');
  await fs.mkdir(folder, { recursive: true });
  await fish('b2d completion fish > $argv[1]', path.join(folder, 'b2d.fish'));
  expect(await fish('set -p fish_complete_path $argv[1]; complete -C "b2d ssh-"', folder)).toEqual([expect.stringMatching(/^ssh-config\t/)]);
});

test('snapshots in a disk of QEMU', async () => {
  const disk = path.join(world.home, 'machines', 'dev', 'data.qcow2');
  const img = tool('qemu-img', 'qemu-utils');
  await run(img, ['create', '-q', '-f', 'qcow2', disk, '1M']);
  for (const name of ['b2d:one', 'b2d:two', 'foreign']) await run(img, ['snapshot', '-c', name, disk]);
  expect((await offered('b2d snapshot delete --machine dev ')).map((line) => line.split('\t')[0]).sort()).toEqual(['one', 'two']);
});
