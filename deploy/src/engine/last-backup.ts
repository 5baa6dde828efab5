import type { Session } from '../environment/session.ts';

/** The newest backup that was proven by restoring it, of an environment that has backups. */
export type LastBackup =
  | { readonly state: 'good' | 'late'; readonly id: string; readonly at: string; readonly ageHours: number }
  | { readonly state: 'none' }
  /** Where the backups are kept could not be asked. */
  | { readonly state: 'unknown'; readonly problem: string };

/** Null where the environment keeps no backups. A store that cannot be asked is an answer, too: the status must not fail with it. */
export async function lastBackup(session: Session): Promise<LastBackup | null> {
  const settings = session.environment.backups;
  if (!settings) return null;
  const [{ openBackups }, { backupHealth }] = await Promise.all([
    import('../backups/place.ts'),
    import('conductor-backup'),
  ]);
  try {
    const { store, scope } = await openBackups(session);
    try {
      const lateAfter = settings.lateAfter * hour;
      const { state, last, age } = await backupHealth(store, scope, { lateAfter });
      if (state === 'none' || last === null || age === null) return { state: 'none' };
      return { state, id: last.id, at: last.startedAt, ageHours: Math.round(age / (hour / 10)) / 10 };
    } finally {
      store.close();
    }
  } catch (error) {
    return { state: 'unknown', problem: error instanceof Error ? error.message : String(error) };
  }
}

/** ms */
const hour = 3_600_000;
