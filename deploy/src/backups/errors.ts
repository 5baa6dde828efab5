import { ConductorError, type ExitCode, exitCode } from '../errors.ts';

/** Which of the library's failures are the caller's, and which somebody else's. The rest is a backup that failed. */
const exits: Readonly<Record<string, ExitCode>> = {
  'backup.not-found': exitCode.usage,
  'backup.not-suspicious': exitCode.usage,
  'backup.recipients-missing': exitCode.usage,
  'encryption.identity': exitCode.usage,
  'encryption.recipient': exitCode.usage,
  'archive.unsupported': exitCode.usage,
  'oplog.gap': exitCode.usage,
  'oplog.none': exitCode.usage,
  'restore.selection': exitCode.usage,
  'restore.target-exists': exitCode.checksFailed,
  'restore.unfit': exitCode.checksFailed,
  'restore.unreachable': exitCode.checksFailed,
  'settings.invalid': exitCode.usage,
  'lease.held': exitCode.locked,
};

const storeFailures = ['store.refused', 'store.unreachable', 'store.unsupported'];

/**
 * Runs work of the backup library; what it fails with becomes an error of ours, with the same words. A store that fails ends it with `ofStore`:
 * by default as what changed nothing.
 */
export async function withBackupErrors<T>(
  work: () => Promise<T>,
  ofStore: ExitCode = exitCode.checksFailed,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'BackupError')) throw error;
    const { code, message, hint } = error as Error & { code: string; hint?: string };
    throw new ConductorError({
      code,
      message,
      ...(hint && { hint }),
      exit: storeFailures.includes(code) ? ofStore : (exits[code] ?? exitCode.ourFault),
      fault: 'platform',
      cause: error,
    });
  }
}
