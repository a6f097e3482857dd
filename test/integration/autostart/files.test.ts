import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { plistText } from '../../../src/autostart/plist.ts';
import type { LoginStart } from '../../../src/autostart/start.ts';
import { unitText } from '../../../src/autostart/unit.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { execute } from '../../support/b2d.ts';
import { awkwardFolder, removeFolder } from '../../support/temp.ts';
import { tool } from '../../support/tools.ts';

/** What b2d writes, read by others' parsers. */
let folder: string;
beforeEach(async () => void (folder = await awkwardFolder()));
afterEach(() => removeFolder(folder));

const start: LoginStart = {
  machine: 'dev.x_1', home: '/Users/Jörg\'s "b2d" & <co> 🐳 --> ]]> \\n $HOME ${HOME} %h', node: '/opt/a & b/node', program: '/b2d $$ %% "x"/dist/at-login.js', path: '/a b:/usr/bin', log: '/Users/<log> &amp;/autostart.log',
};

test('the property list, by Python\'s reader of such', async () => {
  const file = path.join(folder, 'agent.plist');
  await fs.writeFile(file, plistText('io.b2d.machine.dev.x_1', start));
  const { code, stdout, stderr } = await execute(tool('python3', 'python3-minimal'), ['-c', 'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))', file], { env: process.env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    Label: 'io.b2d.machine.dev.x_1',
    ProgramArguments: [start.node, start.program, '--home', start.home, '--machine', 'dev.x_1'],
    EnvironmentVariables: { B2D_HOME: start.home, PATH: start.path },
    RunAtLoad: true,
    AbandonProcessGroup: true,
    ProcessType: 'Interactive',
    StandardOutPath: start.log,
    StandardErrorPath: start.log,
  });
});

test('the unit, by systemd itself: no complaint', async () => {
  const [node, program] = [path.join(folder, 'node'), path.join(folder, 'b2d', 'dist', 'at-login.js')];
  await fs.symlink(process.execPath, node); // systemd looks whether the program is there
  const file = path.join(folder, 'b2d-dev.x_1.service');
  await fs.writeFile(file, unitText(hostPlatform(), { ...start, node, program }));
  const { code, stdout, stderr } = await execute(tool('systemd-analyze', 'systemd'), ['--user', '--recursive-errors=no', 'verify', file], { env: { ...process.env, XDG_RUNTIME_DIR: folder } });
  expect({ code, output: stdout + stderr }).toEqual({ code: 0, output: '' });
});
