import { type Answer, type Check, cannotTell, failure, good, warning } from '../check.ts';
import type { CheckContext } from '../context.ts';
import { keysProblem } from './backup-keys.ts';

export const backup: Check = {
  id: 'backup',
  title: 'A verified backup is recent',
  section: 'Data',
  about:
    'The newest backup that was proven by restoring it is younger than `backups.lateAfter` of the environment (26 h). Failures: it is older, or there is none; a backup is to be made before each deploy and this machine has no address of the database; none of the recipients can open it. Warnings: no backups are configured; there is none yet, and the database has not been live for that long; some of the recipients cannot open it, or somebody else can; backups in a store elsewhere are not signed; no drill of the last 90 days has shown that somebody has a key that opens it; changes since the backup, for restores to any time, were kept and have not been for 15 minutes.',
  applies: ({ stores }) =>
    stores.some(({ kind }) => kind === 'mongodb') ? true : 'the project has no database',
  async run({ backups, now, environment, firstLive, stores }) {
    if (!backups) {
      const fix = `Give environments.${environment}.backups a store in conductor.config.ts.`;
      return cannotTell('no backups are configured', fix);
    }
    if (backups.beforeDeploy && !backups.fromHere) {
      return failure(
        'A backup is to be made before each deploy, and this machine has no address of the database.',
        `Give environments.${environment}.backups.source one, as a secret, or leave out \`beforeDeploy\`: the application makes its own.`,
      );
    }
    const newest = await backups.newestVerified();
    const fix = backups.fromHere
      ? `conductor backup create ${environment}`
      : `Let the application make one, and look at it: conductor backup list ${environment}`;
    if (newest === null) {
      const isOutside = stores.some(({ kind, url }) => kind === 'mongodb' && url !== undefined);
      if (firstLive === null && !isOutside) {
        return cannotTell('nothing has been live yet that could be backed up', 'Deploy, and look again.');
      }
      const age = firstLive === null ? Number.POSITIVE_INFINITY : now().getTime() - firstLive.getTime();
      return age < backups.lateAfter * 3_600_000
        ? warning('There is no verified backup yet: the first deploy was not long ago.', fix)
        : failure('There is no verified backup.', fix);
    }
    const hours = (now().getTime() - newest.at.getTime()) / 3_600_000;
    const age = `of ${newest.at.toISOString()}, ${hours.toFixed(1)} h old`;
    if (hours > backups.lateAfter) return failure(`The newest verified backup is ${age}.`, fix);
    const problem = await keysProblem(newest, { backups, now, environment });
    return problem ?? (await changes(backups.changesKept, { age, now: now(), environment }));
  },
};

/** Minutes after which changes that are shipped every half minute are late. */
const lateAfter = 15;

/** How far the database can be restored beyond its newest backup. */
async function changes(
  changesKept: NonNullable<CheckContext['backups']>['changesKept'],
  { age, now, environment }: { readonly age: string; readonly now: Date; readonly environment: string },
): Promise<Answer> {
  if (changesKept === null) return good(age);
  const upTo = await changesKept();
  if (upTo === null)
    return good(`${age}; what changed since is not kept (conductor backup ship ${environment})`);
  const minutes = (now.getTime() - upTo.getTime()) / 60_000;
  if (minutes <= lateAfter) return good(`${age}; what changed since is kept up to ${upTo.toISOString()}`);
  return warning(
    `What changed in the database is kept up to ${upTo.toISOString()} only, ${Math.floor(minutes)} minutes ago.`,
    `conductor backup ship ${environment}`,
  );
}
