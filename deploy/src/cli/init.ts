import { exitCode } from '../errors.ts';
import type { Beginning } from '../init/init.ts';
import { defineCommand } from './command.ts';
import { flag, text } from './options.ts';
import type { Output } from './output.ts';

export default defineCommand({
  name: 'init',
  summary: 'Begin: write a conductor.config.ts from what lies in the folder.',
  details: `It reads package.json with its workspaces, Procfile, Dockerfiles, compose.yaml and .env.example, and what says to other tools how the project is
deployed: render.yaml, .do/app.yaml, fly.toml, railway.json or railway.toml, Kamal's config/deploy.yml. The config says, where it stands, what was
guessed and what could not be carried over. No value of a secret gets into it.
It also adds .conductor/ to .gitignore, and a script "deploy" to package.json where there is none. Up to three things are asked in a
terminal; --yes takes the likeliest. An existing conductor.config.ts is left alone.
--json: {file, files, from, services, stores, guesses: [{where, why}], notCarried: [{what, why}], next}, and text with --dry-run.`,
  args: [],
  withoutConfig: true,
  options: {
    from: text(
      'FILE',
      'Begin with this file of another tool, such as render.yaml; its kind is known by its name or its content.',
    ),
    'dry-run': flag('Print the config on stdout and write nothing.'),
    force: flag('Write over the conductor.config.ts that is there.'),
  },
  async run(_args, { from, 'dry-run': dryRun, force, yes, json }, { folder, output, ask }) {
    const { init } = await import('../init/init.ts');
    const { chooser } = await import('../init/choose.ts');
    if (!ask && !yes) output.say('There is no terminal, so nothing is asked: as with --yes.');
    const made = await init(
      folder,
      { from, force, dryRun },
      chooser(yes ? undefined : ask, (line) => output.say(line)),
    );
    const next = nextOf(made);
    if (json)
      output.result(JSON.stringify({ ...documentOf(made), next, ...(dryRun && { text: made.text }) }));
    else if (dryRun) output.result(made.text.trimEnd());
    tell(output, made, next, dryRun);
    return exitCode.done;
  },
});

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

const notCarriedOf = ({ project: { services, notCarried } }: Beginning) => [
  ...notCarried,
  ...services.flatMap(({ name, notCarried: own = [] }) =>
    own.map(({ what, why }) => ({ what: `${what} (${name})`, why })),
  ),
];

const documentOf = (made: Beginning) => ({
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

/** What to type next. */
function nextOf(made: Beginning): string[] {
  const conductor = made.installed === null ? 'npx conductor-deploy' : 'npx conductor';
  return [
    ...(made.installed === false ? ['npm install --save-dev conductor-deploy'] : []),
    ...missingIn(made).map((name) => `${conductor} secrets set local ${name}`),
    `${conductor} deploy`,
  ];
}

function tell(output: Output, made: Beginning, next: readonly string[], dryRun: boolean): void {
  const { services, stores } = made.project;
  const say = (line = '') => output.say(line);
  const [followed, ...others] = made.sources;
  if (!dryRun)
    say(
      `${made.files[0]} is written: ${[`services ${services.map(({ name }) => name).join(', ')}`, ...(stores.length > 0 ? [`stores ${stores.join(', ')}`] : [])].join('; ')}.`,
    );
  if (!dryRun && made.files.length > 1) say(`Changed, too: ${made.files.slice(1).join(', ')}.`);
  if (followed !== undefined)
    say(
      `Followed ${followed}${others.length > 0 ? `; there is also ${others.join(', ')} (--from FILE)` : ''}.`,
    );
  const guesses = guessesOf(made);
  if (guesses.length > 0)
    say(`\nGuessed, so look at it:\n${guesses.map(({ where, why }) => `  ${where}: ${why}`).join('\n')}`);
  const left = notCarriedOf(made);
  if (left.length > 0)
    say(`\nNot carried over:\n${left.map(({ what, why }) => `  ${what}: ${why}`).join('\n')}`);
  if (!dryRun) say(`\nNext:\n${next.map((line) => `  ${line}`).join('\n')}`);
}
