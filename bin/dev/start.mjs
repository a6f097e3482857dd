// npm start: from a clean clone to a container that ran in b2d's machine.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { RUN_PACKAGES, build, ensureDebianPackages, ensureDockerClient, ensureImage, ensureNodeModules, image, projectEnvironment, projectNode, root, stop } from './prepare.mjs';

const USAGE = `Usage: npm start

Installs what is missing, builds b2d and its image (or takes it from the cache), brings up
the machine "default" and runs a container in it. It takes no arguments; b2d itself does:
  node bin/b2d.js --help`;

const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  console.log(USAGE);
  process.exit(0);
}
if (args.length > 0) {
  console.error(`npm start takes no arguments, not: ${args.join(' ')}\n\n${USAGE}`);
  process.exit(2);
}

ensureNodeModules();
ensureDebianPackages(RUN_PACKAGES);
build();
ensureImage();
const client = ensureDockerClient();

const env = projectEnvironment();
if (client) env.PATH = `${join(client, 'bin')}:${env.PATH}`;
const b2d = join(root, 'bin', 'b2d.js');

run(projectNode, [b2d, 'up', '--iso', image]);
// The guest's own busybox makes an image without any registry.
shell(`settings=$("$1" "$2" env --shell bash)
eval "$settings"
docker image inspect b2d-hello >/dev/null 2>&1 || "$1" "$2" ssh -- tar -cf - -C / bin | docker import - b2d-hello >/dev/null
docker version --format 'Client {{.Client.Version}}, engine {{.Server.Version}}'
docker run --rm b2d-hello /bin/echo "Hello from a container in b2d."`);
const node = Number(process.versions.node.split('.')[0]) < 22 ? 'node_modules/.bin/node' : 'node';
console.error(`\nThe machine goes on running. Point your shell at it:  eval "$(${node} bin/b2d.js env)"\nShut it down:                                        ${node} bin/b2d.js down`);
if (client) console.error(`This machine has no docker client of its own; one is in:    ${join(client, 'bin')}`);

function shell(script) {
  run('bash', ['-euo', 'pipefail', '-c', script, 'start', projectNode, b2d]); // this script itself may run on an older Node
}

function run(file, args) {
  const { status, signal, error } = spawnSync(file, args, { cwd: root, env, stdio: 'inherit' });
  if (error) stop(`${file} could not be run: ${error.message}`);
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}
