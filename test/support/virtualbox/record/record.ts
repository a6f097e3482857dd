/**
 * Records what the real VBoxManage prints, for the tests of what reads it: `node test/support/virtualbox/record/record.ts`.
 * It takes the VBoxManage of ../install.sh, or $B2D_TEST_VBOXMANAGE, a settings folder of its own, and about a minute and a half.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { makeRich, RICH } from './machines.ts';
import { Recorder, RECORDINGS } from './recorder.ts';
import { recordRunning, recordUnreadable, serviceEnds } from './running.ts';
import { recordSettings } from './settings.ts';
import { recordWithoutModule } from './without-module.ts';

const install = path.join(import.meta.dirname, '..', 'install.sh');
const vboxManage = process.env['B2D_TEST_VBOXMANAGE'] ?? execFileSync('bash', [install], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'record-'));
const recorder = new Recorder(vboxManage, folder);
try {
  await fs.mkdir(RECORDINGS, { recursive: true });
  // Anything there is somebody else's: the settings folder is new, so another service answers.
  const others = await recorder.run('list', 'vms');
  if (others !== '') throw new Error(`a VBoxSVC with other settings answers, which has:\n${others}`);
  await recordWithoutModule(recorder);
  await makeRich(recorder);
  await recordSettings(recorder);
  await recordRunning(recorder);
  await recordUnreadable(recorder);
} finally {
  await recorder.run('unregistervm', RICH, '--delete').catch(() => undefined);
  await serviceEnds();
  await fs.rm(folder, { recursive: true, force: true });
}
