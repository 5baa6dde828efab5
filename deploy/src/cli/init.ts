import { exitCode } from '../errors.ts';
import { defineCommand } from './command.ts';
import { flag, text } from './options.ts';

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
    const { documentOf, linesOf, nextOf } = await import('../init/told.ts');
    const { findProgram } = await import('../targets/local/store-programs.ts');
    const say = (line: string) => output.say(line);
    if (!ask && !yes) say('There is no terminal, so nothing is asked: as with --yes.');
    const made = await init(folder, { from, force, dryRun }, chooser(yes ? undefined : ask, say));
    const next = nextOf(made, findProgram(['mongod']) !== null);
    if (json)
      output.result(JSON.stringify({ ...documentOf(made), next, ...(dryRun && { text: made.text }) }));
    else if (dryRun) output.result(made.text.trimEnd());
    for (const line of linesOf(made, next, dryRun)) say(line);
    return exitCode.done;
  },
});
