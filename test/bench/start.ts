import path from 'node:path';
import { hostPlatform } from '../../src/platform/platform.ts';
import { TestHome } from '../support/b2d.ts';
import { run, tool } from '../support/tools.ts';
import { withCleanup } from './cleanup.ts';
import { compilePlugin, Counter } from './counter/counter.ts';
import { ratio, numbersTable, type Report } from './report.ts';
import { countUp, type UpStart } from './start/b2d.ts';
import { countStart } from './start/count-start.ts';
import { debianRecipe, debianVm } from './start/debian.ts';
import type { Start } from './start/follow.ts';
import { billions, phases } from './start/phases.ts';
import { withFolder } from './with-folder.ts';

const MEMORY_MIB = 2048;
/** The budget of a start in guest instructions, the aim, and the share of Debian's. */
const BUDGET = 3.0e9;
const AIM = 2.5e9;
const SHARE = 0.25;
const STARTS = ['first start', 'second start'];
const DEBIAN_TIMEOUT_MS = 1_200_000;

/** From power-on to `/version` over mutual TLS in guest instructions, beside Debian with docker.io. */
export async function start(): Promise<Report> {
  const vm = await debianVm();
  const qemu = tool('qemu-system-x86_64', 'qemu-system-x86');
  const ours: UpStart[] = [];
  const theirs: Start[] = [];
  await withFolder(async (folder) => {
    const plugin = await compilePlugin(qemu, folder);
    const recipe = debianRecipe(vm);
    const hardware = await recipe.prepare(folder);
    const home = await TestHome.create();
    Object.assign(home.env, { B2D_CPUS: '1', B2D_MEMORY: String(MEMORY_MIB) });
    await withCleanup(() => home.dispose(), async () => {
      for (const title of STARTS) { // in turn, so that what else the machine does hits both
        process.stderr.write(`start: b2d, ${title}\n`);
        ours.push(await countUp(home, plugin, new Counter(path.join(folder, 'b2d-counter'))));
        await home.must(['down']);
        process.stderr.write(`start: Debian, ${title} (minutes)\n`);
        theirs.push(await countStart(recipe, { qemu, plugin, folder, hardware, memoryMiB: MEMORY_MIB, timeoutMs: DEBIAN_TIMEOUT_MS }));
      }
    });
  });
  return report(ours, theirs, [
    `QEMU ${await qemuVersion(qemu)}, q35, software emulation (TCG), 1 CPU, ${MEMORY_MIB} MiB, on ${hostPlatform().cpuCount} CPUs`,
    `b2d: Docker ${ours[0]?.version}`,
    `Debian: ${[...vm.versions].map(([name, version]) => `${name} ${version}`).join(', ')}`,
  ]);
}

async function qemuVersion(qemu: string): Promise<string> {
  return /version (\S+)/.exec((await run(qemu, ['--version'])).stdout)?.[1] ?? '';
}

function report(ours: readonly UpStart[], theirs: readonly Start[], facts: readonly string[]): Report {
  const tables = STARTS.map((title, index) => compare(title, ours[index] as Start, theirs[index] as Start));
  const host = ours.map(({ hostSeconds }, index) => `b2d up, ${STARTS[index]}: ${hostSeconds.all.toFixed(1)} s on the clock, ${hostSeconds.before.toFixed(1)} s of it before power-on`);
  const worst = Math.max(...ours.map(({ ready }) => ready.instructions));
  const share = Math.max(...ours.map(({ ready }, index) => ready.instructions / (theirs[index] as Start).ready.instructions));
  return {
    blocks: ['Start: power-on to /version over mutual TLS', facts.join('\n'), ...tables, host.join('\n')],
    goals: [
      { what: 'guest instructions of a start, 10^9', goal: billions(BUDGET), measured: billions(worst), met: worst <= BUDGET },
      { what: 'guest instructions of a start, 10^9, aim', goal: billions(AIM), measured: billions(worst), met: worst <= AIM },
      { what: 'the same / Debian + docker.io', goal: SHARE.toFixed(2), measured: share.toFixed(2), met: share <= SHARE },
    ],
  };
}

function compare(title: string, ours: Start, theirs: Start): string {
  const debian = phases(theirs);
  const rows = phases(ours).map(({ name, instructions, seconds }, index) => {
    const other = debian[index] as (typeof debian)[number];
    return [name, billions(instructions), billions(other.instructions), ratio(instructions, other.instructions), seconds.toFixed(1), other.seconds.toFixed(1), ratio(seconds, other.seconds)];
  });
  return numbersTable([title, 'b2d 10^9', 'Debian 10^9', 'ratio', 'b2d s', 'Debian s', 'ratio'], rows);
}
