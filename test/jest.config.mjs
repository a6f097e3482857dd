/** Tests are ES modules in TypeScript, run by Node itself; swc only strips the types. */
export default {
  rootDir: '..',
  // test/virtualbox boots the real image in VirtualBox, which takes long without its kernel module: npm run test:virtualbox
  testMatch: [process.env.B2D_TEST_SUITE === 'virtualbox' ? '<rootDir>/test/virtualbox/**/*.test.ts' : '<rootDir>/test/{unit,integration,e2e}/**/*.test.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' }, swcrc: false, sourceMaps: 'inline' }],
  },
  testTimeout: 120_000, // far above what any test needs: machines are noisy
  testSequencer: '<rootDir>/test/sequencer.mjs',
  maxWorkers: 2,
  clearMocks: true,
};
