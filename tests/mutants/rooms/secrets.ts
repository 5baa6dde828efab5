import type { Mutant } from '../mutant.ts';

const clean = 'deploy/test/clean-environment.test.ts';
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
  {
    id: 'whole-environment-passed-on',
    file: 'deploy/src/model/clean-environment.ts',
    find: 'entry[1] !== undefined && isMeant(entry[0])',
    replace: 'entry[1] !== undefined',
    tests: [clean],
    breaks: 'No token, key or secret of whoever runs Conductor reaches a program that it starts.',
  },
  {
    id: 'host-keeps-tokens',
    file: 'deploy/src/targets/local/host/launch.ts',
    find: "...cleanEnvironment(['NODE_OPTIONS']),",
    replace: '...process.env,',
    tests: [clean],
    breaks: 'The host of this machine, which outlives the command, has none of its tokens.',
  },
  {
    id: 'passed-variables-forgotten',
    file: 'deploy/src/targets/local/builder/release-folder.ts',
    find: 'cleanEnvironment([...forCommands, ...pass])',
    replace: 'cleanEnvironment(forCommands)',
    tests: [clean],
    breaks: '`commands.pass` gives builds and npm ci the variables that it names.',
  },
  {
    id: 'every-process-gets-all',
    file: 'conductor.config.ts',
    find: '.filter(([setting]) => reads(name, setting))',
    replace: '',
    tests: ['tests/least-secrets.story.ts'],
    breaks: 'Each process of the CRM is given the settings that it reads, and no others.',
  },
  {
    id: 'api-can-delete-backups',
    file: 'backend/src/settings-read-by.ts',
    find: 'BACKUP_SECRET_ACCESS_KEY: worker,',
    replace: 'BACKUP_SECRET_ACCESS_KEY: askingAi,',
    tests: ['tests/least-secrets.story.ts'],
    breaks: 'The worker alone has the keys of the backups.',
  },
  {
    id: 'process-judged-by-others',
    file: 'backend/src/settings.ts',
    find: 'const isRead = (name: string) => process === undefined || reads(process, name);',
    replace: 'const isRead = (_: string) => true;',
    tests: ['backend/src/settings.test.ts'],
    breaks: 'Of a process only what it reads is required.',
  },
  {
    id: 'plan-shows-secret-of-before',
    file: 'deploy/src/plan/plan.ts',
    find: "const isSecret = recorded[name]?.kind === 'secret';",
    replace: 'const isSecret = false;',
    tests: ['deploy/src/plan/plan.test.ts'],
    breaks:
      'What was a secret in the release that serves is not shown, though the config now calls it plain.',
  },
  {
    id: 'plan-shows-what-hands-put-in',
    file: 'deploy/src/plan/plan.ts',
    find: 'const isSecret = !recorded || ',
    replace: 'const isSecret = ',
    tests: ['deploy/src/plan/plan.test.ts'],
    breaks: 'A variable that somebody has put in by hand is shown by its fingerprint.',
  },
  {
    id: 'plan-shows-secrets',
    file: 'deploy/src/plan/plan.ts',
    find: "const hides = isSecret || both.some(([, side]) => 'fingerprint' in side || 'secret' in side);",
    replace: "const hides = isSecret || both.some(([, side]) => 'fingerprint' in side);",
    tests: ['deploy/src/plan/plan.test.ts'],
    breaks: 'A secret of the config is never shown, whatever the platform gives back.',
  },
];
