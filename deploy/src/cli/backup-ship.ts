import { ConductorError, exitCode } from '../errors.ts';
import { type BackupRequest, say } from './backup-actions.ts';

/** Once; a worker or cron calls it again and again. */
export async function ship({ place, options, context }: BackupRequest): Promise<void> {
  const { describeInstant, Shipper } = await import('conductor-backup');
  const { store, scope } = place;
  const { environment } = scope;
  const shipper = new Shipper({ store, scope, ...(await place.source()) });
  try {
    const shipped = await shipper.ship(context.interrupt);
    if (shipped.state === 'impossible') {
      throw new ConductorError({
        code: 'backup.no-changes',
        message: `The changes of ${environment} can't be kept: of its MongoDB, ${shipped.reason}.`,
        hint: 'It can be restored to its backups. docs/guides/backups.md says what restores to any time take.',
        exit: exitCode.checksFailed,
      });
    }
    const { slice, upTo, gap } = shipped;
    const entries = slice?.entries ?? 0;
    const json = { upTo: describeInstant(upTo), entries, gap: gap && describeInstant(gap.after) };
    say(context, options.json, json, [
      `${store.name} has all changes up to ${describeInstant(upTo)}: ${entries} new entries of the oplog.`,
      ...(gap
        ? [
            `Those since ${describeInstant(gap.after)} are lost: the server does not have them any more. Make a backup to start from: conductor backup create ${environment}`,
          ]
        : []),
    ]);
  } finally {
    await shipper.close();
  }
}
