import fs from 'node:fs/promises';
import path from 'node:path';
import { B2dError } from '../../../src/errors.ts';
import { output } from './run.ts';

/** The parts of package.json that a release needs. */
export interface PackageJson {
  name: string;
  version: string;
  files: string[];
  dependencies: Record<string, string>;
  [field: string]: unknown;
}

/** What a release is made of. */
export interface Checkout {
  root: string;
  packageJson: PackageJson;
  /** Of the git commit, or SOURCE_DATE_EPOCH: every date in the release is made of it, so that the same commit gives the same bytes. */
  date: Date;
  /** Files that differ from the commit, as `git status --short` has them; undefined where there is no git. */
  changed: string[] | undefined;
}

/** @throws B2dError where nothing tells a date */
export async function readCheckout(root: string, env: NodeJS.ProcessEnv = process.env): Promise<Checkout> {
  const packageJson = JSON.parse(await fs.readFile(path.join(root, 'package.json'), 'utf8')) as PackageJson;
  const git = (...args: string[]): Promise<string> => output('git', args, root);
  const inGit = await fs.access(path.join(root, '.git')).then(() => true, () => false);
  const status = inGit ? await git('status', '--short') : undefined;
  const seconds = env['SOURCE_DATE_EPOCH'] ?? (inGit ? (await git('log', '-1', '--format=%ct')).trim() : undefined);
  if (seconds === undefined) throw noDate('The sources are not a git checkout, whose commit would tell it.');
  if (!/^\d{1,11}$/.test(seconds)) throw noDate(`SOURCE_DATE_EPOCH is "${seconds}", not a number of seconds since 1970.`);
  return { root, packageJson, date: new Date(Number(seconds) * 1000), changed: status?.split('\n').filter((line) => line !== '') };
}

function noDate(reason: string): B2dError {
  return new B2dError('The release has no date.', { exit: 'usage', reason, remedy: 'SOURCE_DATE_EPOCH=$(date +%s) npm run release' });
}

/**
 * @returns what is to be said of the checkout where no key is at stake
 * @throws B2dError where a release signed with a real key could not be made again from a commit
 */
export function checkClean({ changed }: Checkout, signed: boolean): string | undefined {
  if (changed?.length === 0) return undefined;
  const reason = changed === undefined ? 'The sources are not a git checkout.' : `${changed.length} file(s) differ from the commit.`;
  if (!signed) return `${reason} Nobody can make this release again.`;
  throw new B2dError('This release could not be made again by anyone.', { reason, details: changed?.slice(0, 10) ?? [], remedy: ['Commit or undo the changes: git status', 'To try things, without --key: npm run release'] });
}

/** The text below a version's heading in a changelog (`## 1.2.3`, also in brackets or with a date), else below `## Unreleased`. */
export function notesOf(changelog: string, version: string): string {
  const sections = changelog.replaceAll('\r\n', '\n').split(/^## /m).slice(1);
  const named = (name: string): string | undefined => sections.find((section) => section.split(/[\s\]]/, 1)[0]?.replace(/^\[?v?/, '').toLowerCase() === name.toLowerCase());
  return (named(version) ?? named('Unreleased') ?? '\n').replace(/^.*\n?/, '').trim();
}
