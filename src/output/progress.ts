import type { Ora } from 'ora';
import { terminalTraits } from './terminal.ts';

/** A step that is under way. */
export interface Step {
  /**
   * Says more about what is going on. On a terminal it stands behind the title, elsewhere it is a line every few seconds.
   * @param share how much is done, 0 to 1: drawn as a bar on a terminal
   */
  update(detail: string, share?: number): void;
}

/** Tells the user on stderr what b2d does; results go to stdout by another way. */
export interface Progress {
  /**
   * Shows the title while the work is done, and that it is done or has failed; the error itself is passed on.
   * @param done the line that takes the title's place afterwards
   */
  step<T>(title: string, work: (step: Step) => Promise<T>, done?: (result: T) => string): Promise<T>;
  /** A sentence between or after the steps. */
  note(text: string): void;
}

type Output = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };

/** A spinner on a terminal, plain lines elsewhere. */
export function createProgress(stream: Output = process.stderr, env: NodeJS.ProcessEnv = process.env, now: () => number = Date.now): Progress {
  return terminalTraits(stream, env).animated ? animatedProgress(stream) : plainProgress(stream, now);
}

/** Shows nothing. */
export const silentProgress: Progress = { step: (_, work) => work({ update: () => undefined }), note: () => undefined };

/** Milliseconds between two lines about the same step in a log. */
const LINE_EVERY_MS = 5000;
const BAR_WIDTH = 20;

function plainProgress(stream: Output, now: () => number): Progress {
  const line = (text: string): void => void stream.write(`${text}\n`);
  return {
    note: line,
    async step(title, work, done) {
      line(`${title} ...`);
      let last = now();
      const update = (detail: string): void => {
        if (now() - last < LINE_EVERY_MS) return;
        last = now();
        line(`${title}: ${detail}`);
      };
      try {
        const result = await work({ update });
        line(done === undefined ? `${title}: done` : done(result));
        return result;
      } catch (error) {
        line(`${title}: failed`);
        throw error;
      }
    },
  };
}

function animatedProgress(stream: Output): Progress {
  const running: Ora[] = [];
  return {
    /** A note while a spinner moves would be written into its line. */
    note(text) {
      const spinner = running.at(-1);
      spinner?.clear();
      stream.write(`${text}\n`);
      spinner?.render();
    },
    async step(title, work, done) {
      const { default: ora } = await import('ora'); // only a terminal pays for it
      // With discardStdin Ctrl-C would be typed text, and a question asked meanwhile would get no answer.
      const spinner = ora({ text: title, stream, discardStdin: false, isEnabled: true }).start(); // whether it may move is decided above
      running.push(spinner);
      try {
        const result = await work({ update: (detail, share) => void (spinner.text = `${title}: ${share === undefined ? '' : bar(share)}${detail}`) });
        spinner.succeed(done === undefined ? title : done(result));
        return result;
      } catch (error) {
        spinner.fail(title);
        throw error;
      } finally {
        running.splice(running.indexOf(spinner), 1);
      }
    },
  };
}

/** ASCII only: every console has these. */
function bar(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] `;
}
