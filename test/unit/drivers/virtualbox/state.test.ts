import { expect, test } from '@jest/globals';
import { describeState, hasProcess, isPassing } from '../../../../src/drivers/virtualbox/state.ts';
import type { VmState } from '../../../../src/virtualbox/index.ts';
import { VM_STATES } from '../../../../src/virtualbox/virtualbox.ts';

test.each<[VmState, string]>([
  ['poweroff', 'stopped'], ['aborted', 'crashed'], ['saved', 'saved'], ['aborted-saved', 'saved'], ['running', 'running'], ['paused', 'paused'],
  ['gurumeditation', 'unknown'], ['starting', 'starting'], ['restoring', 'starting'], ['settingup', 'starting'], ['stopping', 'stopping'], ['saving', 'stopping'],
  ['onlinesnapshotting', 'running'], ['livesnapshotting', 'running'], ['offlinesnapshotting', 'stopped'], ['restoringsnapshot', 'stopped'], ['unknown', 'unknown'],
])('%s is %s', (state, expected) => {
  expect(describeState({ state, session: undefined }).state).toBe(expected);
});

test('every state that says little has a sentence, and every state of VirtualBox is known', () => {
  for (const state of VM_STATES) expect(describeState({ state, session: undefined }).state).toBeDefined();
  for (const state of ['aborted', 'gurumeditation', 'unknown', 'onlinesnapshotting', 'aborted-saved'] as const) expect(describeState({ state, session: undefined }).detail).toBeTruthy();
  for (const state of ['poweroff', 'running', 'paused', 'saved'] as const) expect(describeState({ state, session: undefined }).detail).toBeUndefined();
});

test("a machine that is off and held by VirtualBox's window says so; one that runs in it does not", () => {
  expect(describeState({ state: 'poweroff', session: 'GUI/Qt' })).toEqual({ state: 'stopped', detail: expect.stringContaining('GUI/Qt') });
  expect(describeState({ state: 'running', session: 'GUI/Qt' })).toEqual({ state: 'running' });
});

test('what has a process can be switched off', () => {
  expect((['running', 'paused', 'starting', 'saving', 'gurumeditation', 'unknown'] as const).every(hasProcess)).toBe(true);
  expect((['poweroff', 'aborted', 'saved', 'aborted-saved'] as const).some(hasProcess)).toBe(false);
});

test('what passes by itself is waited for', () => {
  const passing = VM_STATES.filter(isPassing);
  expect(passing).toEqual(expect.arrayContaining(['starting', 'stopping', 'saving', 'restoring', 'onlinesnapshotting', 'deletingsnapshot']));
  for (const state of ['poweroff', 'running', 'paused', 'saved', 'aborted', 'gurumeditation', 'unknown'] as const) expect(passing).not.toContain(state);
});
