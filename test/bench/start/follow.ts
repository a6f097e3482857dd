import { setTimeout as delay } from 'node:timers/promises';
import { engineGet, type EngineEndpoint } from '../../../src/engine/client.ts';
import { messageOf } from '../../../src/errors.ts';
import { tailLines } from '../../../src/platform/files.ts';
import type { Counter, Moment } from '../counter/counter.ts';

/** What to watch while a guest starts. */
export interface Watched {
  counter: Counter;
  consoleFile: string;
  /** The console line that the guest writes right before it runs its container engine. */
  engineLine: RegExp;
  /** A console line after which no engine will come. */
  fatalLine: RegExp;
  /** Where the engine will answer; undefined as long as it is not known. */
  endpoint: () => Promise<EngineEndpoint | undefined>;
  /** Throws when the guest is gone. */
  check: () => void;
  timeoutMs: number;
}

/** The borders between the phases of a start, in order of time. */
export interface Start {
  loaded: Moment;
  kernel: Moment;
  user: Moment;
  engine: Moment;
  ready: Moment;
  /** What the engine said of itself. */
  version: string;
}

/** Each question costs the guest some instructions: seldom enough to be within the noise. */
const ASK_MS = 100;
const LOOK_MS = 10;
const CONSOLE_LINES = 20;

/** Follows a start until `/version` is answered over mutual TLS. @throws Error with the last console lines. */
export async function followStart(watched: Watched): Promise<Start> {
  const deadline = Date.now() + watched.timeoutMs;
  try {
    const engine = await waitForEngineLine(watched, deadline);
    const { version, ready } = await waitForVersion(watched, deadline);
    const { counter } = watched;
    const [loaded, kernel, user] = [counter.loaded(), counter.kernel(), counter.user()];
    if (!loaded || !kernel || !user) throw new Error('The counter saw no kernel or no program begin: is this an x86-64 Linux guest?');
    return { loaded, kernel, user, engine, ready, version };
  } catch (error) {
    const lines = await tailLines(watched.consoleFile, CONSOLE_LINES);
    const said = lines.length > 0 ? ['Last console lines:', ...lines.map((line) => `  ${line}`)] : ['The guest wrote nothing to its console.'];
    throw new Error([messageOf(error), ...said].join('\n'), { cause: error });
  }
}

async function waitForEngineLine({ counter, consoleFile, engineLine, fatalLine, check }: Watched, deadline: number): Promise<Moment> {
  for (;;) {
    const lines = await tailLines(consoleFile, 1000);
    const now = counter.now();
    if (now && lines.some((line) => engineLine.test(line))) return now;
    const fatal = lines.find((line) => fatalLine.test(line));
    if (fatal) throw new Error(`The guest says: ${fatal}`);
    check();
    if (Date.now() > deadline) throw new Error('The guest did not come to its engine in time.');
    await delay(LOOK_MS);
  }
}

async function waitForVersion({ counter, endpoint, check }: Watched, deadline: number): Promise<{ version: string; ready: Moment }> {
  for (;;) {
    const where = await endpoint();
    const reply = where && (await engineGet(where, '/version', 30_000).catch(() => undefined));
    const ready = counter.now();
    if (reply?.status === 200 && ready) return { version: (JSON.parse(reply.body) as { Version: string }).Version, ready };
    check();
    if (Date.now() > deadline) throw new Error('The engine did not answer in time.');
    await delay(ASK_MS);
  }
}
