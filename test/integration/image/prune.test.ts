import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { importImage } from '../../../src/image/import.ts';
import { listImages } from '../../../src/image/list.ts';
import { imageLock } from '../../../src/image/locks.ts';
import { adoptImage } from '../../../src/machine/image.ts';
import { ensureMachine } from '../../../src/machine/init.ts';
import { machinePaths } from '../../../src/machine/paths.ts';
import type { MachineRecord } from '../../../src/machine/record.ts';
import { pruneImages, removeImages } from '../../../src/machine/remove-images.ts';
import { withLock } from '../../../src/platform/lock.ts';
import { digestOf } from '../../support/download.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { tinyIso } from '../../support/iso.ts';

let world: FakeWorld;
beforeEach(async () => { world = await FakeWorld.create(); });
afterEach(() => world.dispose());

const images = () => path.join(world.workspace.home, 'images');
const paths = (name: string) => machinePaths(world.workspace.platform, world.workspace.home, name);
/** An ISO that is there as a file, not yet in the store. */
async function isoFile(filler: number): Promise<{ file: string; sha256: string }> {
  const file = path.join(world.folder, `${filler}.iso`);
  const iso = tinyIso({ filler, application: `b2d 0.${filler}.0 amd64` });
  await fs.writeFile(file, iso);
  return { file, sha256: digestOf(iso) };
}
async function store(filler: number): Promise<string> {
  const { file } = await isoFile(filler);
  return (await importImage(world.workspace.platform, world.workspace.home, { kind: 'file', file })).sha256;
}
const init = (name: string, iso: string) => ensureMachine(world.workspace, name, { forNew: { ...world.settings.forNew, iso }, explicit: { iso } });
const stored = async () => (await listImages(world.workspace.platform, world.workspace.home)).map(({ sha256 }) => sha256);
const prune = (options = {}) => pruneImages(world.workspace, options);
const edit = async (name: string, change: (record: MachineRecord) => object) => {
  const text = await fs.readFile(paths(name).record, 'utf8');
  await fs.writeFile(paths(name).record, JSON.stringify(change(JSON.parse(text) as MachineRecord)));
};

describe('prune', () => {
  test('removes what no machine needs, and tells how much it was', async () => {
    const used = (await init('one', (await isoFile(1)).file)).machine.record.image.sha256;
    const unused = await store(2);
    const dry = await prune({ dryRun: true });
    expect(await stored()).toHaveLength(2);
    const done = await prune();
    expect(dry).toEqual(done);
    expect(done.images.map(({ sha256, version }) => [sha256, version])).toEqual([[unused, '0.2.0']]);
    expect(done.freed).toBe(tinyIso().length);
    expect((await fs.readdir(images())).filter((name) => name !== 'locks').sort()).toEqual([`${used}.iso`, `${used}.iso.stat`]);
    expect(await prune()).toMatchObject({ images: [], leftovers: [], freed: 0 });
  });

  test('keeps the image that a machine can go back to', async () => {
    await init('one', (await isoFile(1)).file);
    const previous = await store(2);
    await edit('one', (record) => ({ ...record, previousImage: { sha256: previous, version: '0.2.0', source: '/x' } }));
    await prune();
    expect(await stored()).toHaveLength(2);
  });

  test('keeps the image that a machine was booted with until it boots with another', async () => {
    const [booted, between, last] = [await isoFile(1), await isoFile(2), await isoFile(3)];
    await init('default', booted.file);
    await world.up();
    await init('default', between.file);
    await init('default', last.file);
    await prune();
    expect((await stored()).sort()).toEqual([booted.sha256, between.sha256, last.sha256].sort());
    world.driver.state_ = 'stopped';
    await world.up();
    await prune();
    expect((await stored()).sort()).toEqual([between.sha256, last.sha256].sort()); // it can go back to the one between
  });

  test('removes what killed runs left, but not what can go on, unless told', async () => {
    const put = (name: string, text = 'x') => fs.mkdir(images(), { recursive: true }).then(() => fs.writeFile(path.join(images(), name), text));
    await put('copy.partial', '12345');
    await put('unknown.partial', '123');
    await put(`${'a'.repeat(64)}.iso.stat`, '1234567');
    await put('x.partial', '1234567890');
    await put('x.partial.json', JSON.stringify({ url: 'https://example.com/x.iso', validator: '"1"' }));
    await put(`${'b'.repeat(64)}.iso.stat.1846213095`); // being written, for all that is known
    const { leftovers, freed, resumable } = await prune();
    expect(leftovers.flatMap(({ files }) => files.map((file) => path.basename(file))).sort()).toEqual([`${'a'.repeat(64)}.iso.stat`, 'copy.partial', 'unknown.partial']);
    expect(freed).toBe(15);
    expect(resumable).toMatchObject([{ url: 'https://example.com/x.iso', resumable: true }]);
    const old = new Date(Date.now() - 2 * 3_600_000);
    await fs.utimes(path.join(images(), `${'b'.repeat(64)}.iso.stat.1846213095`), old, old);
    expect((await prune({ all: true })).leftovers).toHaveLength(2);
    expect(await fs.readdir(images())).toEqual(['locks']);
  });

  test.each(['', '{"version": 1, "na', JSON.stringify({ version: 99 }), JSON.stringify({ version: 1, image: {} })])('refuses where a machine.json is %j', async (text) => {
    await init('one', (await isoFile(1)).file);
    const unused = await store(2);
    const before = await fs.readdir(images());
    await fs.writeFile(paths('one').record, text);
    await expect(prune()).rejects.toMatchObject({ exit: 'stateUnreadable', reason: expect.stringContaining(paths('one').directory) });
    await expect(removeImages(world.workspace, [unused])).rejects.toMatchObject({ exit: 'stateUnreadable' });
    expect(await fs.readdir(images())).toEqual(before);
  });

  test.each([[{ image: { version: '1' } }], [{ previousImage: { sha256: 5 } }], [{ bootedImage: {} }]])('refuses where %j is in a machine.json', async (wrong) => {
    await init('one', (await isoFile(1)).file);
    await edit('one', (record) => ({ ...record, ...wrong }));
    await expect(prune()).rejects.toMatchObject({ exit: 'stateUnreadable' });
    expect(await stored()).toHaveLength(1);
  });

  test('refuses where a machine\'s folder is a link into nowhere, and follows one that is somewhere', async () => {
    await init('one', (await isoFile(1)).file);
    const elsewhere = path.join(world.folder, 'elsewhere');
    await fs.rename(paths('one').directory, elsewhere);
    await fs.symlink(elsewhere, paths('one').directory, 'junction');
    expect((await prune()).images).toEqual([]);
    await fs.rename(elsewhere, `${elsewhere} too`);
    await expect(prune()).rejects.toMatchObject({ exit: 'stateUnreadable', reason: expect.stringContaining(paths('one').directory) });
    expect(await stored()).toHaveLength(1);
  });

  test('other files beside the machines are no machines', async () => {
    await init('one', (await isoFile(1)).file);
    await fs.writeFile(path.join(path.dirname(paths('one').directory), '.DS_Store'), '');
    await fs.mkdir(path.join(path.dirname(paths('one').directory), 'empty'));
    expect(await prune()).toMatchObject({ images: [] });
  });

  test('leaves alone what another b2d reads or downloads', async () => {
    const { platform, home } = world.workspace;
    const sha256 = await store(2);
    await withLock(platform, imageLock(platform, home, sha256), { purpose: 'image verify', waitMs: 0 }, async () => {
      expect(await prune()).toMatchObject({ images: [], freed: 0 });
      await expect(removeImages(world.workspace, [sha256])).rejects.toMatchObject({ exit: 'busy', message: expect.stringContaining('reads the image') });
    });
    await fs.writeFile(path.join(images(), 'x.partial'), 'x');
    await withLock(platform, imageLock(platform, home, 'x'), { purpose: 'download', waitMs: 0 }, async () => {
      expect(await prune({ all: true })).toMatchObject({ images: [{ sha256 }], leftovers: [], resumable: [] });
    });
  });
});

describe('rm', () => {
  test('removes all that are named, or none', async () => {
    const used = (await init('one', (await isoFile(1)).file)).machine.record.image.sha256;
    const [two, three] = [await store(2), await store(3)];
    await expect(removeImages(world.workspace, [two, used.slice(0, 6)])).rejects.toMatchObject({ exit: 'busy', message: expect.stringContaining('"one"') });
    await expect(removeImages(world.workspace, [two, '999999'])).rejects.toMatchObject({ exit: 'imageInvalid' });
    expect(await stored()).toHaveLength(3);
    expect((await removeImages(world.workspace, [two.slice(0, 8), '0.2.0', '0.3.0'])).map(({ sha256 }) => sha256)).toEqual([two, three]);
    expect(await stored()).toEqual([used]);
  });
});

describe('an image that is removed between its coming and its being written down', () => {
  test('is fetched again', async () => {
    const { file, sha256 } = await isoFile(1);
    let pruned = 0;
    const { workspace } = world;
    const step: typeof workspace.progress.step = async (title, work, done) => {
      const result = await workspace.progress.step(title, work, done);
      if (title.startsWith('Image:') && pruned === 0) pruned = (await prune()).images.length;
      return result;
    };
    const settings = { forNew: { ...world.settings.forNew, iso: file }, explicit: {} };
    const { machine } = await ensureMachine({ ...workspace, progress: { ...workspace.progress, step } }, 'one', settings);
    expect(pruned).toBe(1);
    expect(machine.record.image.sha256).toBe(sha256);
    expect(await stored()).toEqual([sha256]);
  });

  test('is not written down by whoever adopts it', async () => {
    const written: string[] = [];
    expect(await adoptImage(world.workspace, 'a'.repeat(64), async () => void written.push('it'))).toBe(false);
    expect(written).toEqual([]);
  });

  test('whatever the order: no machine is left without its image', async () => {
    let making = true;
    const pruning = (async () => { while (making) await prune(); })();
    try {
      const files = await Promise.all([1, 2, 3].map(isoFile));
      await Promise.all([1, 2, 3, 4, 5, 6].map((nth) => init(`m${nth}`, (files[nth % 3] as { file: string }).file)));
    } finally {
      making = false;
      await pruning;
    }
    expect(await stored()).toHaveLength(3);
  });

  test('a machine whose image is gone can be given other settings, and prune does not mind it', async () => {
    const { machine } = await init('one', (await isoFile(1)).file);
    await fs.rm(path.join(images(), `${machine.record.image.sha256}.iso`));
    const { changed } = await ensureMachine(world.workspace, 'one', { ...world.settings, explicit: { memoryMiB: 2048 } });
    expect(changed).toEqual(['memoryMiB']);
    expect((await prune()).images).toEqual([]);
  });
});
