import { AWKWARD_SHARE } from './completion-home.ts';

/** What is typed before Tab, and the words that the shell then has, in the world of `completionWorld`. */
export const TYPED_AND_COMPLETED: readonly [typed: string, words: string[]][] = [
  ['b2d snaps', ['b2d', 'snapshot']],
  ['b2d snapshot re', ['b2d', 'snapshot', 'restore']],
  ['b2d up --disc', ['b2d', 'up', '--discard-state']],
  ['b2d up --driver v', ['b2d', 'up', '--driver', 'virtualbox']],
  ['b2d up --driver=v', ['b2d', 'up', '--driver=virtualbox']],
  ['b2d up -m def', ['b2d', 'up', '-m', 'default']],
  ['b2d config set qemu.f', ['b2d', 'config', 'set', 'qemu.firmware']],
  ['b2d registry rm localhost:', ['b2d', 'registry', 'rm', 'localhost:5000']],
  ['b2d share rm /data/I', ['b2d', 'share', 'rm', AWKWARD_SHARE]],
  ["b2d share rm '/data/I", ['b2d', 'share', 'rm', AWKWARD_SHARE]],
  ['b2d share rm "/data/I', ['b2d', 'share', 'rm', AWKWARD_SHARE]],
  ['b2d snapshot restore b', ['b2d', 'snapshot', 'restore', 'before & "after"']],
  ['b2d up --iso d', ['b2d', 'up', '--iso', 'disk.iso']],
  ['b2d up --iso=d', ['b2d', 'up', '--iso=disk.iso']],
  ['b2d up --iso my\\ d', ['b2d', 'up', '--iso', 'my disk.iso']],
  ['b2d share add im', ['b2d', 'share', 'add', 'images/']],
  ['b2d cp disk.iso dev', ['b2d', 'cp', 'disk.iso', 'dev:']],
  ['b2d ssh ls --', ['b2d', 'ssh', 'ls', '--']],
];
