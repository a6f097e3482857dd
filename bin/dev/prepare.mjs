// What `npm start`, `npm test` and `npm run bench` need on a machine that has just Node and npm.
// Runs on the machine's own Node, before anything is installed: only node: modules here.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The Node that the project is developed on: the devDependency `node`. */
export const projectNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** The boot image of this checkout. */
export const image = join(root, 'iso', 'out', `b2d-${process.arch === 'arm64' ? 'arm64' : 'amd64'}.iso`);

/** Debian's packages for running a machine here, by the program that shows that one is there. */
export const RUN_PACKAGES = { 'qemu-system-x86_64': 'qemu-system-x86', 'qemu-img': 'qemu-utils' };

/** Ends this process with what failed, why, and the command to type. */
export function stop(message, ...next) {
  console.error(`b2d: ${message}`);
  for (const line of next) console.error(`  ${line}`);
  process.exit(1);
}

/** Runs a program with its output on our stderr, and ends this process when it fails. */
export function must(file, args, options = {}, hint = []) {
  const result = spawnSync(file, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (result.status !== 0) stop(`${[file, ...args].join(' ')} failed${result.error ? `: ${result.error.message}` : ` (exit code ${result.status ?? result.signal})`}.`, ...hint);
}

/** Installs the npm packages of the lock file, unless exactly these are installed. */
export function ensureNodeModules() {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  const stamp = join(root, 'node_modules', '.b2d-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock && existsSync(projectNode)) return;
  console.error('b2d: installing the npm packages');
  const npm = process.env.npm_execpath; // set by npm itself; without it npm is looked for on PATH
  const [file, first] = npm ? [process.execPath, [npm]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  must(file, [...first, 'ci', '--no-fund', '--no-audit'], {}, ['Is the npm registry reachable? npm ping']);
  writeFileSync(stamp, lock);
}

function onPath(program) {
  const names = process.platform === 'win32' ? [`${program}.exe`] : [program];
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/sbin', '/sbin');
  return folders.some((folder) => names.some((name) => existsSync(join(folder, name))));
}

/** Installs Debian packages for the programs (or absolute paths) that are missing. `wanted`: program -> package. On Windows and macOS nothing is installed. */
export function ensureDebianPackages(wanted) {
  if (process.platform !== 'linux') return;
  const missing = [...new Set(Object.entries(wanted).filter(([program]) => !(program.startsWith('/') ? existsSync(program) : onPath(program))).map(([, name]) => name))];
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (!existsSync('/usr/bin/apt-get')) stop(`These programs are missing: ${missing.join(' ')}.`, 'They are installed by themselves on Debian and Ubuntu only; install them with this system\'s means.');
  if (process.getuid() !== 0) stop(`These Debian packages are missing: ${missing.join(' ')}.`, 'They need root to install:', `sudo ${command}`);
  console.error(`b2d: installing ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  must('apt-get', ['-qq', 'update'], { env });
  must('apt-get', ['-qq', '-y', 'install', '--no-install-recommends', ...missing], { env, stdio: ['ignore', 'ignore', 2] }, [`By hand: ${command}`]);
}

/** Bundles src into dist. */
export function build() {
  must(projectNode, ['bin/dev/build.mjs']);
}

/** The boot image in iso/out: from the cache where it was built from these sources before, else built (needs root once). */
export function ensureImage() {
  if (process.platform !== 'linux') return existsSync(image) || stop(`${image} is missing.`, 'The image is built on Linux (npm run build:iso); copy it here.');
  must('bash', ['iso/build.sh', '--cached']);
}

/** A folder with a docker client and its plugins: Debian's newest, where the machine has none or `own` is asked for. */
export function ensureDockerClient({ own = false } = {}) {
  if (process.platform !== 'linux') return onPath('docker') ? undefined : stop('No docker client is on PATH.', 'Install one: winget install Docker.DockerCLI, or brew install docker');
  if (!own && onPath('docker')) return undefined;
  const result = spawnSync('bash', ['bin/dev/docker-client.sh'], { cwd: root, stdio: ['ignore', 'pipe', 2], encoding: 'utf8' });
  if (result.status !== 0) stop('No docker client could be had.', 'Install one: apt-get install docker-cli (or docker.io)');
  return result.stdout.trim();
}

/** What the tests and benchmarks find that client by. */
export function clientVariables(client) {
  return { PATH: [join(client, 'bin'), dirname(projectNode), process.env.PATH].join(delimiter), B2D_TEST_DOCKER: join(client, 'bin', 'docker'), B2D_TEST_DOCKER_CONFIG: join(client, 'config') };
}

/** The VBoxManage that the tests drive: the one named by B2D_TEST_VBOXMANAGE, else a real VirtualBox in the build cache (needs root once and at each run). */
export function ensureVirtualBox() {
  if (process.env.B2D_TEST_VBOXMANAGE) return process.env.B2D_TEST_VBOXMANAGE;
  if (process.platform !== 'linux') return stop('The tests do not know which VBoxManage to use.', 'Name it: B2D_TEST_VBOXMANAGE=/path/of/VBoxManage npm test');
  const result = spawnSync('bash', ['test/support/virtualbox/install.sh'], { cwd: root, stdio: ['ignore', 'pipe', 2], encoding: 'utf8' });
  if (result.status !== 0) stop('VirtualBox could not be had for the tests.', 'With one that is installed: B2D_TEST_VBOXMANAGE=/path/of/VBoxManage npm test');
  return result.stdout.trim();
}

/** The environment for children: the project's Node first on PATH. */
export function projectEnvironment(extra = {}) {
  return { ...process.env, PATH: [dirname(projectNode), process.env.PATH].join(delimiter), ...extra };
}
