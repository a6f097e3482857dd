import sequencer from '@jest/test-sequencer';

/** Files that run machines come first: they take minutes, and one that began last would keep the other worker waiting. */
export default class extends (sequencer.default ?? sequencer) {
  sort(tests) {
    const sorted = super.sort(tests);
    const runsMachines = ({ path }) => /[\\/](e2e|integration[\\/]virtualbox)[\\/]/.test(path);
    return [...sorted.filter(runsMachines), ...sorted.filter((test) => !runsMachines(test))];
  }
}
