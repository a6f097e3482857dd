import { b2dHome } from '../config/home.ts';
import { runEnv } from '../env/command.ts';
import { runningEndpoint } from '../machine/endpoint.ts';
import { hostPlatform } from '../platform/platform.ts';
import { chosenMachine } from './chosen-machine.ts';
import { parseEnv } from './parse-env.ts';
import { print } from './print.ts';

/**
 * `b2d env` in its ordinary forms, by the functions that the command of that name calls, but without oclif.
 * @returns false, having printed nothing, where the words are anything else or something is wrong: then the command runs and tells it
 */
export async function run(argv: readonly string[]): Promise<boolean> {
  const options = parseEnv(argv);
  if (options === undefined) return false;
  let script: string;
  try {
    const platform = hostPlatform();
    const home = b2dHome(platform);
    const machine = await chosenMachine(platform, home, options.machine);
    if (machine === undefined) return false;
    script = await runEnv({ ...options, machine }, { platform, lookup: (name) => runningEndpoint(platform, home, name) });
  } catch {
    return false;
  }
  print(script);
  return true;
}
