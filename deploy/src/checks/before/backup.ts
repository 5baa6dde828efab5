import { type Check, cannotTell, failure, good, warning } from '../check.ts';

/** Days after which a key that opened a backup may be lost. */
const drillHolds = 90;

export const backup: Check = {
  id: 'backup',
  title: 'A verified backup is recent',
  section: 'Data',
  about:
    'The newest backup that was proven by restoring it is younger than `backups.lateAfter` of the environment (26 h). An older one, or none, is a failure; a database without configured backups a warning. So is an encrypted one when nobody has shown for 90 days, by a drill, that they hold a key that opens it.',
  applies: ({ stores }) =>
    stores.some(({ kind }) => kind === 'mongodb') ? true : 'the project has no database',
  async run({ backups, now, environment }) {
    if (!backups) {
      const fix = `Give environments.${environment}.backups a store in conductor.config.ts.`;
      return cannotTell('no backups are configured', fix);
    }
    const newest = await backups.newestVerified();
    const fix = `conductor backup create ${environment}`;
    if (newest === null) return failure('There is no verified backup.', fix);
    const hours = (now().getTime() - newest.getTime()) / 3_600_000;
    const age = `of ${newest.toISOString()}, ${hours.toFixed(1)} h old`;
    if (hours > backups.lateAfter) return failure(`The newest verified backup is ${age}.`, fix);
    if (backups.drilledAt === null) return good(age);
    const drilled = await backups.drilledAt();
    const drill = `conductor backup drill ${environment}`;
    if (drilled === null)
      return warning('Nobody has shown yet that they hold a key that opens a backup.', drill);
    const days = (now().getTime() - drilled.getTime()) / 86_400_000;
    if (days > drillHolds)
      return warning(`Nobody has opened a backup with a key of theirs for ${Math.floor(days)} days.`, drill);
    return good(`${age}; opened with a key ${Math.floor(days)} days ago`);
  },
};
