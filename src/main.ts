import fs from 'node:fs';
import path from 'node:path';
import { run, settings, type Interfaces } from '@oclif/core';
import { ExitCode } from './exit-codes.ts';
import { oclifPackage } from './oclif-package.ts';
import { handleError } from './output/run-error.ts';
import { asksVersion, versionLine } from './version.ts';
import { readWords, type Manifest } from './words.ts';

/** Cut off anywhere, these go on when they are called again. */
const RESUMABLE = ['init', 'up', 'down', 'restart', 'suspend', 'delete', 'upgrade', 'download', 'image import', 'snapshot restore', 'disk resize', 'config set', 'autostart on', 'autostart off'];

/**
 * The command line: runs the command by oclif and tells every error alike. bin/b2d.js calls it.
 * @param root the built folder, which holds oclif.manifest.json; package.json is above it
 */
export async function main(argv: readonly string[], root: string): Promise<void> {
  const words = readWords(argv, readJson<Manifest>(path.join(root, 'oclif.manifest.json')));
  let failed = false;
  const fail = (error: unknown): void => {
    if (failed) return; // what breaks while the process ends is a consequence
    failed = true;
    end(handleError(error, words));
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.on('SIGINT', () => {
    process.stderr.write(`\nInterrupted.${RESUMABLE.includes(words.command ?? '') ? ' The same command goes on from here.' : ''}\n`);
    process.exit(ExitCode.interrupted);
  });
  // `b2d ls | head` closes the pipe early, which is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? process.exit() : fail(error)));
  settings.enableAutoTranspile = false; // NODE_ENV=development in the user's shell must not make oclif look for sources
  try {
    if (asksVersion(words.argv)) process.stdout.write(versionLine());
    else await run(words.argv, { root, pjson: oclifPackage(readJson<Interfaces.PJSON>(path.join(root, '..', 'package.json'))) });
  } catch (error) {
    fail(error);
  }
}

function readJson<T>(file: string): T {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as T;
}

/** Ends the process once what was written is out: on Windows writing to a pipe takes time. */
function end(code: number): void {
  process.exitCode = code;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}
