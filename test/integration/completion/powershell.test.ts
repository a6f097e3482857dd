import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { which } from '../../../src/platform/which.ts';
import { hostPlatform } from '../../../src/platform/platform.ts';
import { execute } from '../../support/b2d.ts';
import { AWKWARD_SHARE } from '../../support/completion-home.ts';
import { completionWorld, type CompletionWorld } from '../../support/completion-world.ts';

/** Each PowerShell there is, asked by its own CompleteInput. Debian has none: docs/testing.md. */
const shells = ['pwsh', 'powershell'].flatMap((name) => which(hostPlatform(), name) ?? []);
let world: CompletionWorld;
beforeAll(async () => {
  world = await completionWorld();
});
afterAll(() => world.dispose());

test('Windows has one', () => expect(shells.length > 0 || process.platform !== 'win32').toBe(true));

test('the script is ASCII, which no code page changes', async () => {
  const { stdout, stderr, code } = await execute(process.execPath, [path.resolve('bin/b2d.js'), 'completion', 'powershell'], world);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  expect(stdout).toMatch(/^[\n\x20-\x7e]+$/);
});

test('what the script passes and gets', async () => {
  const words = Buffer.from('share\nrm\n/data/I').toString('base64');
  const { stdout, stderr, code } = await execute(process.execPath, [path.resolve('bin/b2d.js'), '__complete', 'powershell', words], world);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  expect(stdout).toMatch(/^[\x20-\x7e]+\n$/);
  expect(JSON.parse(stdout)).toEqual({ paths: 'folders', values: [{ value: AWKWARD_SHARE, text: `'${AWKWARD_SHARE.replaceAll("'", "''")}'`, description: '/mnt/0' }] });
});

for (const shell of shells) {
  describe(shell, () => {
    const offered = async (line: string): Promise<string[]> => {
      const script = path.join(world.home, 'ask.ps1');
      await fs.writeFile(script, `b2d completion powershell | Out-String | Invoke-Expression
$line = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('${Buffer.from(line).toString('base64')}'))
$found = [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches
foreach ($each in $found) { [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($each.CompletionText)) }
`);
      const { stdout, stderr } = await execute(shell, ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', script], world);
      expect(stderr).toBe('');
      return stdout.split(/\r?\n/).filter(Boolean).map((text) => Buffer.from(text, 'base64').toString('utf8'));
    };

    test.each<[string, string[]]>([
      ['b2d snaps', ['snapshot']],
      ['b2d up --disc', ['--discard-state']],
      ['b2d up --driver ', ['auto', 'virtualbox', 'qemu']],
      ['b2d up --driver=v', ['--driver=virtualbox']],
      ['b2d up -m ', ['default', 'dev']],
      ['b2d share rm /data/I', [`'${AWKWARD_SHARE.replaceAll("'", "''")}'`]],
      ["b2d share rm '/data/I", [`'${AWKWARD_SHARE.replaceAll("'", "''")}'`]],
      ['b2d snapshot restore b', [`'before & "after"'`]],
      ['b2d ssh ls ', []],
    ])('%s', async (line, wanted) => expect((await offered(line)).filter(Boolean)).toEqual(wanted));

    test('files and folders', async () => {
      expect((await offered('b2d up --iso d')).map((text) => path.basename(text))).toEqual(['disk.iso']);
      expect((await offered('b2d up --iso=d')).map((text) => text.replace(/=.*[\\/]/, '='))).toEqual(['--iso=disk.iso']);
      expect((await offered('b2d share add im')).map((text) => path.basename(text))).toEqual(['images']);
    });
  });
}
