import { B2dError } from '../errors.ts';
import { askYesNo } from './ask.ts';

/** Asks unless `--yes` was given. @throws B2dError (declined) with `refusal` when the answer is no, or nobody can be asked; `command` is what to type to do it all the same. */
export async function confirm(question: string, { yes, refusal, command }: { yes: boolean; refusal: string; command: string }): Promise<void> {
  if (yes || (await askYesNo(question))) return;
  throw new B2dError(refusal, { exit: 'declined', remedy: `To do it without a question: ${command} --yes` });
}
