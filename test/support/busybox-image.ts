import { execute, type TestHome } from './b2d.ts';

/** The image that the tests run: the guest's own static busybox, imported, so that no registry is needed. */
export const BUSYBOX = 'b2d-test/busybox';

/** Imports `BUSYBOX` into the machine's engine: the folder /bin of the guest, by way of `b2d ssh` and `docker import`. */
export async function importBusybox(home: TestHome, machine = 'default'): Promise<void> {
  const script = 'set -eo pipefail; "$1" "$2" ssh --machine "$3" -- tar -cf - -C / bin | "$4" import --change "ENV PATH=/bin" - "$5"';
  const program = process.env['B2D_TEST_DOCKER'] as string;
  const result = await execute('bash', ['-c', script, 'import', process.execPath, 'bin/b2d.js', machine, program, BUSYBOX], { env: await home.dockerEnv(machine) });
  if (result.code !== 0) throw new Error(`The image ${BUSYBOX} could not be imported: ${result.stderr}`);
}
