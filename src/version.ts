import { createRequire } from 'node:module';

/** Put in by the build; absent when the sources run as they are. */
declare const B2D_VERSION: string | undefined;

/** The version in package.json. */
export const version: string =
  typeof B2D_VERSION === 'string' ? B2D_VERSION : (createRequire(import.meta.url)('../package.json') as { version: string }).version;

/** What `b2d --version` prints. */
export function versionLine(): string {
  return `b2d ${version}\n`;
}

/** Whether the words ask for the version and nothing else. */
export function asksVersion(argv: readonly string[]): boolean {
  return argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v');
}
