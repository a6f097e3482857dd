import fs from 'node:fs';
import path from 'node:path';
import { run, settings, type Interfaces } from '@oclif/core';
import { ExitCode } from './exit-codes.ts';
import { oclifPackage } from './oclif-package.ts';
import { handleError } from './output/run-error.ts';
import { asksVersion, versionLine } from './version.ts';

/**
 * The command line: runs the command by oclif and tells every error alike. bin/b2d.js calls it.
 * @param root the built folder, which holds oclif.manifest.json; package.json is above it
 */
export async function main(argv: readonly string[], root: string): Promise<void> {
  const words = normalise(argv);
  const fail = (error: unknown): void => end(handleError(error, errorOptions(words, root)));
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.on('SIGINT', () => {
    process.stderr.write('\nInterrupted. The same command goes on from here.\n');
    process.exit(ExitCode.interrupted);
  });
  // `b2d ls | head` closes the pipe early, which is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? process.exit() : fail(error)));
  settings.enableAutoTranspile = false; // NODE_ENV=development in the user's shell must not make oclif look for sources
  try {
    if (asksVersion(words)) process.stdout.write(versionLine());
    else await run([...words], { root, pjson: oclifPackage(readJson<Interfaces.PJSON>(path.join(root, '..', 'package.json'))) });
  } catch (error) {
    fail(error);
  }
}

/** `b2d help up` is `b2d up --help`, `b2d --version --json` is `b2d version --json`. */
function normalise(argv: readonly string[]): readonly string[] {
  if (argv[0] === 'help') return [...argv.slice(1), '--help'];
  if (argv[0] === '--version' && argv.length > 1) return ['version', ...argv.slice(1)];
  return argv;
}

/** What is known of the command line before, or without, oclif's parser. */
function errorOptions(argv: readonly string[], root: string): Parameters<typeof handleError>[1] {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const commands = commandNames(root);
  return {
    json: own.includes('--json'),
    debug: own.includes('--debug'),
    commands,
    command: own[0] !== undefined && commands.includes(own[0]) ? own[0] : undefined,
  };
}

function commandNames(root: string): string[] {
  try {
    const manifest = readJson<{ commands: Record<string, { aliases?: string[] }> }>(path.join(root, 'oclif.manifest.json'));
    return Object.entries(manifest.commands).flatMap(([id, { aliases = [] }]) => [id, ...aliases]).map((name) => name.replaceAll(':', ' '));
  } catch {
    return []; // without suggestions the error is still told
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
