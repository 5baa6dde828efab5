import { deploy } from '../engine/deploy.ts';
import { exitOf } from '../engine/outcome.ts';
import { defineCommand } from './command.ts';
import { count, duration, flag, text, wait } from './options.ts';
import { showOutcome } from './outcome.ts';
import { open } from './session.ts';

export const attemptOptions = {
  probe: count('Requests per second to the public address while it goes on; 0 for none.', 0, 1000, 50),
  bake: duration("How long the new release is watched after cutover; left out, the environment's `bake`."),
  reason: text('TEXT', 'Why; kept in the ledger.'),
  wait,
  port: count('Port of the public address, where the target has one.', 1, 65_535, undefined),
} as const;

/** For when the machine that could bring the release back is lost. */
export const withoutWayBack = flag('Go on although what is live could not be brought back from here.');

/** Settings of the target that the command line replaces. */
export const replaced = ({ port }: { readonly port: number | undefined }) =>
  port === undefined ? {} : { targetSettings: { port } };

export default defineCommand({
  name: 'deploy',
  summary: 'Take what the project is now live, beside the old release, without losing a request.',
  details: `The last line of --json is {verdict, version, previous, seconds, probe: {sent, failed, longestGapMs}}.
Verdicts: live (0), failed (4), rolled back (5), unknown (7).`,
  args: [],
  options: {
    ...attemptOptions,
    'confirm-destructive': flag('Allow the removals that the plan shows.'),
    'without-way-back': withoutWayBack,
  },
  async run(_, options, context) {
    const session = await open(context, options.environment, replaced(options));
    const { probe, reason } = options;
    const outcome = await deploy(session, {
      probe,
      bake: options.bake ?? session.environment.bake,
      ...(reason !== undefined && { reason }),
      confirmed: options['confirm-destructive'],
      wait: options.wait ?? 0,
      withoutWayBack: options['without-way-back'],
      reporter: context.output.reporter(),
      interrupt: context.interrupt,
    });
    await showOutcome(session, outcome, options.json, context.output);
    return exitOf(outcome);
  },
});
