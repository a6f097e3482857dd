// npm run bench: installs what is missing, builds, and runs the benchmarks of test/bench. `npm run bench -- NAME...` runs some of them.
import { spawnSync } from 'node:child_process';
import { RUN_PACKAGES, build, clientVariables, ensureDebianPackages, ensureDockerClient, ensureImage, ensureNodeModules, projectEnvironment, projectNode, root, stop } from './prepare.mjs';

const USAGE = `Usage: npm run bench -- [size] [start] [memory] [cli] [ports] [download]

Measures b2d and prints tables, the project's goals beside what was measured; all of them unless
some are named. docs/benchmarks.md explains the numbers.
  size    bytes of the boot image, by part
  start   power-on to an answering engine in guest instructions, beside Debian with docker.io
  memory  memory in use with an idle engine, beside Debian with docker.io
  cli     b2d env and b2d --version beside an empty Node
  ports   from the return of docker run -p to the first answer, TCP and UDP
  download  24 MB and 1 GB from 127.0.0.1, by http and TLS, beside curl and sha256sum
It ends with 0 unless a benchmark could not run: whether a goal is met is for the reader.`;

/** Programs of "start" and "memory", and their Debian packages. */
const COMPARE_PACKAGES = { gcc: 'gcc', '/usr/include/stdio.h': 'libc6-dev', mke2fs: 'e2fsprogs', setpriv: 'util-linux' };

const NAMES = ['size', 'start', 'memory', 'cli', 'ports', 'download'];

const names = process.argv.slice(2);
if (names.includes('--help') || names.includes('-h')) {
  console.log(USAGE);
  process.exit(0);
}
const unknown = names.find((name) => !NAMES.includes(name));
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}".\n\n${USAGE}`);
  process.exit(2);
}
if (process.platform !== 'linux' || process.arch !== 'x64') stop('The benchmarks run on Linux on an x86-64 computer only.', 'They count instructions of an x86-64 guest with a plugin for QEMU.');

const wants = (...some) => names.length === 0 || some.some((name) => names.includes(name));
ensureNodeModules();
if (wants('start', 'memory', 'cli', 'ports')) ensureDebianPackages(RUN_PACKAGES);
if (wants('download')) ensureDebianPackages({ curl: 'curl' });
if (wants('start', 'memory')) ensureDebianPackages(COMPARE_PACKAGES);
build();
if (wants('size', 'start', 'memory', 'cli', 'ports')) ensureImage();
const client = wants('ports') ? ensureDockerClient({ own: true }) : undefined;

const { status, signal } = spawnSync(projectNode, ['test/bench/main.ts', ...names], { cwd: root, env: projectEnvironment(client && clientVariables(client)), stdio: 'inherit' });
process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
