import type { Ora } from 'ora';
import { terminalTraits } from './terminal.ts';

/** A step that is under way. */
export interface Step {
  /** Says more about what is going on, for example how much is downloaded; shown on terminals only. */
  update(detail: string): void;
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
export function createProgress(stream: Output = process.stderr, env: NodeJS.ProcessEnv = process.env): Progress {
  return terminalTraits(stream, env).animated ? animatedProgress(stream) : plainProgress(stream);
}

/** Shows nothing. */
export const silentProgress: Progress = { step: (_, work) => work({ update: () => undefined }), note: () => undefined };

function plainProgress(stream: Output): Progress {
  const line = (text: string): void => void stream.write(`${text}\n`);
  return {
    note: line,
    async step(title, work, done) {
      line(`${title} ...`);
      try {
        const result = await work({ update: () => undefined });
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
        const result = await work({ update: (detail) => void (spinner.text = `${title}: ${detail}`) });
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
