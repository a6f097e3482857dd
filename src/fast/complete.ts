import fs from 'node:fs';
import path from 'node:path';
import { readQuestion } from '../completion/answer.ts';
import { complete } from '../completion/complete.ts';
import { completionScript } from '../completion/script.ts';
import type { Offer } from '../completion/sources.ts';
import type { Manifest } from '../completion/typed.ts';
import { b2dHome } from '../config/home.ts';
import { hostPlatform } from '../platform/platform.ts';
import { print } from './print.ts';

/**
 * `b2d completion SHELL` in its ordinary form, and `b2d __complete`, which the scripts call at each Tab: never an error, at worst no candidates.
 * @returns false, having printed nothing, where the words are anything else: then the command runs
 */
export async function run([command, ...words]: readonly string[]): Promise<boolean> {
  if (command === 'completion') {
    const script = words.length === 1 ? completionScript(words[0] ?? '') : undefined;
    if (script !== undefined) print(script);
    return script !== undefined;
  }
  const question = readQuestion(words);
  if (question === undefined) return false;
  print(question.write(await offer(question.words)));
  return true;
}

/** What cannot be told has no candidates: a damaged machine.json, a folder that cannot be read. */
async function offer(words: readonly string[]): Promise<Offer> {
  try {
    const platform = hostPlatform();
    return await complete(words, readManifest(), { platform, home: b2dHome(platform) });
  } catch {
    return {};
  }
}

function readManifest(): Manifest {
  const dist = path.dirname(import.meta.dirname);
  const json = (file: string): unknown => JSON.parse(fs.readFileSync(file, 'utf8'));
  const { oclif } = json(path.join(dist, '..', 'package.json')) as { oclif: Pick<Manifest, 'topics'> };
  return { ...(json(path.join(dist, 'oclif.manifest.json')) as Manifest), topics: oclif.topics ?? {} };
}
