// npm test: installs what is missing, type-checks, and runs every test. `npm test -- PATTERN...` runs some of them;
// `npm run test:virtualbox` runs test/virtualbox instead, the real image in VirtualBox.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_PACKAGES, build, clientVariables, ensureDebianPackages, ensureDockerClient, ensureImage, ensureNodeModules, ensureVirtualBox, must, projectEnvironment, projectNode, root } from './prepare.mjs';

/** Programs the tests use, and their Debian packages. */
const TEST_PACKAGES = {
  ...RUN_PACKAGES,
  '/usr/share/OVMF/OVMF_CODE.fd': 'ovmf',
  openssl: 'openssl',
  curl: 'curl',
  mke2fs: 'e2fsprogs',
  xorriso: 'xorriso',
  cpio: 'cpio',
  script: 'bsdutils',
  unshare: 'util-linux',
  ip: 'iproute2',
  ssh: 'openssh-client',
  sshd: 'openssh-server',
  dropbear: 'dropbear-bin',
  '/usr/share/doc/libnss-wrapper': 'libnss-wrapper',
  zsh: 'zsh',
  fish: 'fish',
  tcsh: 'tcsh',
  '/usr/lib/python3/dist-packages/docker': 'python3-docker',
  'systemd-analyze': 'systemd',
  python3: 'python3-minimal',
};

const RESULTS = join(root, '.test-results.json');
const patterns = process.argv.slice(2).filter((word) => word !== '--virtualbox');
const suite = process.argv.includes('--virtualbox') ? 'virtualbox' : '';
const onlyUnit = !suite && patterns.length > 0 && patterns.every((pattern) => pattern.includes('unit'));

ensureNodeModules();
build();
must(projectNode, ['node_modules/typescript/bin/tsc', '--noEmit']);
if (!onlyUnit) {
  ensureDebianPackages(TEST_PACKAGES);
  ensureImage();
}
const client = onlyUnit ? undefined : ensureDockerClient({ own: true });
const vboxmanage = onlyUnit ? undefined : ensureVirtualBox();

rmSync(RESULTS, { force: true });
const env = projectEnvironment({
  B2D_TEST_SUITE: suite,
  NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
  ...(client && clientVariables(client)),
  ...(vboxmanage && { B2D_TEST_VBOXMANAGE: vboxmanage }),
});
const { status } = spawnSync(projectNode, ['node_modules/jest/bin/jest.js', '--config', 'test/jest.config.mjs', '--json', '--outputFile', RESULTS, ...patterns], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
report();
process.exit(status ?? 1);

/** jest's own result, in one line: what CI reads. */
function report() {
  let results;
  try {
    results = JSON.parse(readFileSync(RESULTS, 'utf8'));
  } catch {
    console.error('b2d: jest left no result: no test was counted.');
    process.exit(1);
  }
  // A file that could not even be loaded has no test of its own; it counts as one that failed.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  console.log(`${results.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
}
