import { ConductorError, exitCode } from '../errors.ts';
import { defineCommand } from './command.ts';
import { attemptOptions, endingOf, endings, withoutWayBack } from './deploy.ts';
import { wait } from './options.ts';
import { open } from './session.ts';

const { probe, bake, reason } = attemptOptions;

export default defineCommand({
  name: 'rollback',
  summary: 'Deploy an earlier release again, with the settings and secrets that it had.',
  details: `Without a version it goes to the last stable release: one that went through its bake or served for an hour; where there is none, to the last one that was live. In a terminal it asks for the version's name unless --yes is given.
What is in the stores (data, migrations) is not rolled back. --json ends as deploy does.`,
  args: [
    {
      name: 'version',
      what: 'Left out, the last stable one before what is live.',
      form: /^v\d{8}_\d{6}$/,
    },
  ],
  options: {
    probe,
    bake,
    reason,
    wait,
    'without-way-back': withoutWayBack,
    ...endings,
  },
  async run([version], options, context) {
    const { rollback, rollbackTarget } = await import('../engine/rollback.ts');
    const { exitOf } = await import('../engine/outcome.ts');
    const { showOutcome } = await import('./outcome.ts');
    const { output } = context;
    const ending = endingOf(options);
    const session = await open(context, options.environment, { incomplete: true });
    const { record, stable } = await rollbackTarget(session, version);
    output.say(
      `Rolling ${session.name} back to ${record.version}, made at ${record.createdAt} by ${record.by.user}.`,
    );
    if (!stable)
      output.say(
        'It is not known to be stable: it was not watched to the end of its bake and has not served for an hour.',
      );
    output.say('Its code and settings come back. Data and migrations stay as they are.');
    if (!options.yes && version === undefined && context.ask) {
      const answer = await context.ask(`Type ${record.version} to go on: `);
      if (answer.trim() !== record.version) {
        throw new ConductorError({
          code: 'rollback.not-confirmed',
          message: 'That is not its name; nothing was changed.',
          exit: exitCode.usage,
        });
      }
    }
    const outcome = await rollback(session, record, {
      probe: options.probe,
      bake: options.bake ?? 0,
      ...(options.reason !== undefined && { reason: options.reason }),
      confirmed: false,
      wait: options.wait ?? 0,
      withoutWayBack: options['without-way-back'],
      ending,
      reporter: output.reporter(),
      interrupt: context.interrupt,
    });
    await showOutcome(session, outcome, options.json, output);
    return exitOf(outcome);
  },
});
