import type { Beginning } from './init.ts';
import { addLine } from './installs.ts';

/** Every place where something was guessed; a setting that several services have is named once. */
function guessesOf({ project }: Beginning): { where: string; why: string }[] {
  const all = project.services.flatMap(({ name, guesses = {}, settings }) => [
    ...Object.entries(guesses).map(([field, why]) => ({ where: `${name}.${field}`, why })),
    ...settings.flatMap(({ name: setting, guess }) =>
      guess === undefined ? [] : [{ where: setting, why: guess }],
    ),
  ]);
  return [...new Map(all.map((one) => [`${one.where} ${one.why}`, one])).values()];
}

/** What stays behind, that of services with their names. */
const notCarriedOf = ({ project: { services, notCarried } }: Beginning) => [
  ...notCarried,
  ...services.flatMap(({ name, notCarried: own = [] }) =>
    own.map(({ what, why }) => ({ what: `${what} (${name})`, why })),
  ),
];

/** What `--json` gives. */
export const documentOf = (made: Beginning) => ({
  file: 'conductor.config.ts',
  files: made.files,
  from: made.sources,
  services: made.project.services.map(({ name }) => name),
  stores: made.project.stores,
  guesses: guessesOf(made),
  notCarried: notCarriedOf(made),
});

/** Secrets that somebody has to give before anything can be deployed. */
const missingIn = ({ project }: Beginning): string[] => [
  ...new Set(
    project.services.flatMap(({ settings }) =>
      settings.flatMap(({ setting }) =>
        typeof setting === 'object' && setting.kind === 'secret' ? [setting.name] : [],
      ),
    ),
  ),
];

/** What to type next. `mongod`: this machine has MongoDB's own server. */
export function nextOf(made: Beginning, mongod: boolean): string[] {
  const conductor = made.installed === null ? 'npx conductor-deploy' : 'npx conductor';
  const packages = [
    'conductor-deploy',
    ...(made.project.stores.includes('mongodb') && !mongod ? ['embedded-mongo'] : []),
  ];
  const missing = missingIn(made);
  return [
    ...(made.installed === false ? [addLine(made.manager, packages)] : []),
    ...(missing.length > 0 ? [`${conductor} secrets recipients init`] : []),
    ...missing.map((name) => `${conductor} secrets set local ${name}`),
    `${conductor} deploy`,
  ];
}

/** What a person is told, in lines. */
export function linesOf(made: Beginning, next: readonly string[], dryRun: boolean): string[] {
  const { services, stores } = made.project;
  const [file, ...others] = made.files;
  const [followed, ...further] = made.sources;
  const what = [
    `services ${services.map(({ name }) => name).join(', ')}`,
    ...(stores.length > 0 ? [`stores ${stores.join(', ')}`] : []),
  ];
  return [
    ...(dryRun ? [] : [`${file} is written: ${what.join('; ')}.`]),
    ...(dryRun || others.length === 0 ? [] : [`Changed, too: ${others.join(', ')}.`]),
    ...(followed === undefined
      ? []
      : [
          `Followed ${followed}${further.length > 0 ? `; there is also ${further.join(', ')} (--from FILE)` : ''}.`,
        ]),
    ...section(
      'Guessed, so look at it',
      guessesOf(made).map(({ where, why }) => `${where}: ${why}`),
    ),
    ...section(
      'Not carried over',
      notCarriedOf(made).map(({ what: left, why }) => `${left}: ${why}`),
    ),
    ...section('Next', dryRun ? [] : next),
  ];
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];
