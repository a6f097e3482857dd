import { versionLine } from '../version.ts';
import { print } from './print.ts';

/** `b2d --version` without oclif. */
export function run(): void {
  print(versionLine());
}
