import type { Ending } from '../engine/interrupted.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { defineCommand } from './command.ts';
import { adopt, count, duration, flag, text, upgradeStores, wait } from './options.ts';
import { open } from './session.ts';

export const attemptOptions = {
  probe: count('Requests per second to the public address while it goes on; 0 for none.', 0, 1000, 50),
  bake: duration("How long the new release is watched after cutover; left out, the environment's `bake`."),
  reason: text('TEXT', 'Why; kept in the ledger.'),
  wait,
  port: count('Port of the public address, where the target has one.', 1, 65_535, undefined),
} as const;

/** For when the machine that could bring the release back is lost. */
export const withoutWayBack = flag('Deploy even if this machine could not roll back to what is live now.');

/** For whoever cannot wait for a person, as a CI cannot. */
export const endings = {
  resume: flag('First continue a deploy that was killed, until its outcome is known.'),
  abort: flag('First undo a deploy that was killed.'),
} as const;

/** @throws {ConductorError} `cli.two-endings` (exit 2) when both are given. */
export function endingOf({
  resume,
  abort,
}: {
  readonly resume: boolean;
  readonly abort: boolean;
}): Ending | undefined {
  if (resume && abort) {
    throw new ConductorError({
      code: 'cli.two-endings',
      message: '--resume and --abort exclude each other.',
      hint: 'Give one of them: to continue a deploy that was killed, or to undo it.',
      exit: exitCode.usage,
    });
  }
  return resume ? 'resume' : abort ? 'abort' : undefined;
}

/** Settings of the target that the command line replaces. */
export const replaced = ({ port }: { readonly port: number | undefined }) =>
  port === undefined ? {} : { targetSettings: { port } };

export default defineCommand({
  name: 'deploy',
  summary:
    'Deploy the project as it is now: start the new release next to the old one, switch over when it is healthy, lose no request.',
  details: `The last line of --json is {verdict, version, previous, seconds, probe: {sent, failed, longestGapMs}, proofs}.
proofs says of each public service how it was seen live: {service, by: 'x-release'} or {service, by: 'deployment', place, deployment}.
Verdicts: live (0), failed (4), rolled back (5), unknown (7).`,
  args: [],
  options: {
    ...attemptOptions,
    'confirm-destructive': flag('Allow the removals that the plan shows.'),
    adopt,
    'upgrade-stores': upgradeStores,
    'without-way-back': withoutWayBack,
    ...endings,
  },
  async run(_, options, context) {
    const { deploy } = await import('../engine/deploy.ts');
    const { exitOf } = await import('../engine/outcome.ts');
    const { showOutcome } = await import('./outcome.ts');
    const ending = endingOf(options);
    const session = await open(context, options.environment, replaced(options));
    const { probe, reason } = options;
    const outcome = await deploy(session, {
      probe,
      bake: options.bake ?? session.environment.bake,
      ...(reason !== undefined && { reason }),
      confirmed: options['confirm-destructive'],
      adopt: new Set(options.adopt),
      upgradeStores: options['upgrade-stores'],
      wait: options.wait ?? 0,
      withoutWayBack: options['without-way-back'],
      ending,
      reporter: context.output.reporter(),
      interrupt: context.interrupt,
    });
    await showOutcome(session, outcome, options.json, context.output);
    return exitOf(outcome);
  },
});
