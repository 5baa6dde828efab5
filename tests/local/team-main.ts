/**
 * The command of one machine of a team: `node team-main.ts <words>`. What it deploys to is this machine as well, but a place that all of
 * the team share (`TEAM_PLACE`, its folder), with everything that hosted places have: a ledger and a lock in git, sealed secrets.
 * `TEAM_LEASE` are the terms of the lock as JSON; left out, the usual ones.
 */
import { Output } from '../../deploy/src/cli/output.ts';
import { run } from '../../deploy/src/cli/run.ts';
import type { TargetKind } from '../../deploy/src/targets/kind.ts';
import { localKind } from '../../deploy/src/targets/local/index.ts';

const { TEAM_PLACE: state, TEAM_LEASE } = process.env;
if (!state) throw new Error('TEAM_PLACE has to say where the place is.');

const shared: TargetKind = {
  ...localKind,
  personal: false,
  create: (context) =>
    localKind.create({ ...context, settings: localKind.settings.parse(context.settings), state }),
};
process.exitCode = await run(process.argv.slice(2), {
  folder: process.cwd(),
  output: new Output(process.stdout, process.stderr, process.env),
  interrupt: new AbortController().signal,
  kinds: [shared],
  ask: undefined,
  ...(TEAM_LEASE && { lockTerms: JSON.parse(TEAM_LEASE) }),
});
