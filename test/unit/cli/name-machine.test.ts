import { expect, test } from '@jest/globals';
import { nameMachine } from '../../../src/cli/name-machine.ts';
import { B2dError } from '../../../src/errors.ts';

const remedy = (text: string, machine = 'dev'): string => nameMachine(new B2dError('x', { remedy: text }), machine).remedy[0] ?? '';

test.each([
  ['b2d kill', 'b2d kill --machine dev'],
  ['b2d down, or at once: b2d kill', 'b2d down --machine dev, or at once: b2d kill --machine dev'],
  ['Choose another name, or: b2d snapshot delete before', 'Choose another name, or: b2d snapshot delete --machine dev before'],
  ['b2d restart   (hands the machine its key)', 'b2d restart --machine dev   (hands the machine its key)'],
  ['b2d up --iso PATH --machine dev', 'b2d up --iso PATH --machine dev'],
  ['b2d init --machine NAME --disk 4', 'b2d init --machine NAME --disk 4'],
  ['Until then: b2d ssh docker ps', 'Until then: b2d ssh --machine dev docker ps'],
  ['b2d autostart on', 'b2d autostart on --machine dev'],
  ['b2d image import PATH', 'b2d image import PATH'],
  ['b2d ssh-config --install', 'b2d ssh-config --install'],
  ['b2d doctor', 'b2d doctor'],
  ['Run: docker run b2d', 'Run: docker run b2d'],
])('%s', (text, named) => {
  expect(remedy(text)).toBe(named);
  expect(remedy(text, 'default')).toBe(text);
});

test('the rest of the error stays', () => {
  const error = new B2dError('It hangs.', { exit: 'busy', reason: 'End it with: b2d kill', remedy: ['b2d logs', 'wait'], details: ['b2d kill'], cause: 'x' });
  const told = nameMachine(error, 'dev');
  expect(told.toJSON()).toEqual({ ...error.toJSON(), reason: 'End it with: b2d kill --machine dev', remedy: ['b2d logs --machine dev', 'wait'] });
  expect([told.stack, told.cause]).toEqual([error.stack, 'x']);
});
