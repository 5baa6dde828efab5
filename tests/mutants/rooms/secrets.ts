import type { Mutant } from '../mutant.ts';

const dotenv = 'deploy/src/secrets/dotenv.test.ts';

/** Who gets to see secrets, and how they come in. */
export const secretsMutants: readonly Mutant[] = [
  {
    id: 'unreadable-line-dropped',
    file: 'deploy/src/secrets/dotenv.ts',
    find: "if (typeof entry === 'string') problems.push(",
    replace: "if (typeof entry === 'string') [].push(",
    tests: [dotenv, 'deploy/src/cli/secrets.test.ts'],
    breaks: 'An import names every line that cannot be read, and imports nothing.',
  },
  {
    id: 'value-cut-at-hash',
    file: 'deploy/src/secrets/dotenv.ts',
    find: 'if (/\\S#/.test(first))',
    replace: 'if (false)',
    tests: [dotenv],
    breaks: 'A # in the middle of a value is asked about; the rest of the value is not cut off.',
  },
];
