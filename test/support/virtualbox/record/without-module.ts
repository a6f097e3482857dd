import path from 'node:path';
import { serviceEnds } from './running.ts';
import { makePlain, PLAIN } from './machines.ts';
import type { Recorder } from './recorder.ts';

/** What the distribution's own start scripts and programs say on a computer without the kernel module. Needs the root folder of install.sh. */
export async function recordWithoutModule(recorder: Recorder): Promise<void> {
  const root = path.join(path.dirname(recorder.vboxManage), 'root');
  const programs = path.join(root, 'usr/lib/virtualbox');
  const inNamespace = (script: string) => ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'] as const;
  const wrapper = inNamespace('mount -t proc proc "$1/proc" && exec chroot "$@"');
  await recorder.record('version-without-module', ['--version'], { program: [...wrapper, root, '/usr/bin/VBoxManage'] });
  await recorder.record('version', ['--version']);
  const broken = inNamespace('mount --bind /dev/null "$1/VBoxRT.so" && shift && exec "$@"');
  await recorder.record('version-broken-install', ['--version'], { program: [...broken, programs, recorder.vboxManage] });
  // The stub that install.sh put aside is mounted over its stand-in, for this call and the service it starts.
  const real = inNamespace('mount --bind "$1/VBoxHeadless.distrib" "$1/VBoxHeadless" && shift && exec "$@"');
  await makePlain(recorder);
  await serviceEnds();
  await recorder.record('startvm-without-module', ['startvm', PLAIN, '--type', 'headless'], { program: [...real, programs, recorder.vboxManage] });
  await serviceEnds();
  await recorder.run('unregistervm', PLAIN, '--delete');
}
