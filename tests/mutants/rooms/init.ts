import type { Mutant } from '../mutant.ts';

const command = 'deploy/src/cli/init.test.ts';
const setting = 'deploy/src/init/setting.test.ts';
const fuzz = 'deploy/src/init/fuzz.test.ts';

/** How a project begins. */
export const initMutants: readonly Mutant[] = [
  {
    id: 'init-overwrites',
    file: 'deploy/src/init/init.ts',
    find: 'if (!force && !dryRun) await refuseExisting(root);',
    replace: '',
    tests: [command],
    breaks: 'A config that is there is never written over unless that is asked for.',
  },
  {
    id: 'init-dry-run-writes',
    file: 'deploy/src/init/init.ts',
    find: 'if (!dryRun) await write(root, edits, force);',
    replace: 'await write(root, edits, force);',
    tests: [command],
    breaks: 'A dry run writes nothing.',
  },
  {
    id: 'init-secret-value',
    file: 'deploy/src/init/setting.ts',
    find: '(value && isSecretValue(value))',
    replace: 'false',
    tests: [setting],
    breaks: 'No value that looks like a secret gets into a config, whatever its name is.',
  },
  {
    id: 'init-broken-reference',
    file: 'deploy/src/init/setting.ts',
    find: 'if (of && around.services.some((each) => each.name === of.service))',
    replace: 'if (of)',
    tests: [fuzz],
    breaks: 'A config that is written loads, whatever was in the files that it was made from.',
  },
];
