import type { Reporter } from '../environment/reporter.ts';
import type { Session } from '../environment/session.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { size, time } from './describe.ts';
import { withBackupErrors } from './errors.ts';
import { leaseFor } from './lease.ts';
import { openBackups } from './place.ts';

/**
 * Makes a proven backup of what is `live` before a deploy, where the environment asks for it (`backups.beforeDeploy`). Before the first deploy there
 * is nothing to back up yet. Returns its id; null where none was asked for or there was nothing.
 * @throws {ConductorError} exit 3 when it can't be made or proven: nothing was changed.
 */
export async function backUpBeforeDeploy(
  session: Session,
  live: string | null,
  { reporter, interrupt }: { readonly reporter: Reporter; readonly interrupt: AbortSignal },
): Promise<string | null> {
  if (!session.environment.backups?.beforeDeploy) return null;
  if (live === null) return null;
  const { createBackup, hasCode, withLease } = await import('conductor-backup');
  reporter.begin({ id: 'backup', title: 'Back up the database' });
  const place = await openBackups(session);
  const { store, scope, scratch } = place;
  const output = { say: (line: string) => reporter.note(line) };
  try {
    const source = await place.source();
    const manifest = await withBackupErrors(() =>
      withLease(store, scope, leaseFor('backup before a deploy', { output, interrupt }), (signal) =>
        createBackup({ store, scope, ...source, purpose: 'before-deploy', verify: scratch, signal }),
      ),
    );
    if (manifest.verification.state !== 'verified') throw unproven(manifest.warnings.join(' '));
    reporter.end(
      'done',
      `${manifest.id}, ${size(manifest.data.size)}, restored in ${time(manifest.verification.duration)}`,
    );
    return manifest.id;
  } catch (error) {
    if (hasCode((error as ConductorError).cause, 'backup.empty')) {
      reporter.end('done', 'the database is empty');
      return null;
    }
    reporter.end('failed');
    throw error instanceof ConductorError ? refused(error) : error;
  } finally {
    store.close();
  }
}

const unproven = (why: string): ConductorError =>
  new ConductorError({ code: 'backup.not-verified', message: `The backup could not be proven: ${why}` });

const refused = ({ code, message, hint, cause }: ConductorError): ConductorError =>
  new ConductorError({
    code,
    message: `${message} Nothing was deployed.`,
    ...(hint && { hint }),
    exit: exitCode.checksFailed,
    cause,
  });
