import { exitCode } from '../errors.ts';
import { table } from '../text/table.ts';
import { defineCommand } from './command.ts';
import { open } from './session.ts';

export default defineCommand({
  name: 'releases',
  summary: 'Every release of the environment, newest first.',
  details:
    '--json: an array of {version, commit, deployedAt, state}. A version whose tree had changes beyond its commit is shown with "+ changes". Where the platform cannot be reached, live is the last release known to be so, and it ends with 7.',
  args: [],
  options: {},
  async run(_, { environment, json }, context) {
    const { inspected } = await import('../engine/status.ts');
    const { lastLive, releaseList } = await import('../ledger/history.ts');
    const session = await open(context, environment, { look: true });
    const [history, { observed, trouble }] = await Promise.all([
      session.ledger.history(),
      inspected(session),
    ]);
    const list = releaseList(history, observed ? observed.live : lastLive(history));
    const rows = list.map(({ release: { version, commit }, deployedAt, state }) => ({
      version,
      commit,
      deployedAt,
      state,
    }));
    if (json) context.output.result(JSON.stringify(rows));
    else if (rows.length === 0) context.output.say('There is no release yet.');
    else {
      const lines = list.map(({ release, deployedAt, state }) => [
        release.version,
        state,
        deployedAt ?? '-',
        `${release.commit?.slice(0, 7) ?? 'no commit'}${release.dirty ? ' + changes' : ''}`,
      ]);
      context.output.result(table(lines).join('\n'));
    }
    if (trouble === null) return exitCode.done;
    context.output.say(`${session.name} cannot be asked, so what is live is the last known: ${trouble}`);
    return exitCode.unknown;
  },
});
