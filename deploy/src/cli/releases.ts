import { exitCode } from '../errors.ts';
import { releaseList } from '../ledger/history.ts';
import { table } from '../text/table.ts';
import { defineCommand } from './command.ts';
import { open } from './session.ts';

export default defineCommand({
  name: 'releases',
  summary: 'Every release of the environment, newest first.',
  details:
    '--json: an array of {version, commit, deployedAt, state}. A version whose tree had changes beyond its commit is shown with "+ changes".',
  args: [],
  options: {},
  async run(_, { environment, json }, context) {
    const { ledger, target } = await open(context, environment, { look: true });
    const [history, { live }] = await Promise.all([ledger.history(), target.inspect()]);
    const list = releaseList(history, live);
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
    return exitCode.done;
  },
});
