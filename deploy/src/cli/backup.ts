import { withBackupErrors } from '../backups/errors.ts';
import { openBackups } from '../backups/place.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { actions } from './backup-actions.ts';
import { defineCommand } from './command.ts';
import { environmentOption, flag, text } from './options.ts';
import { open } from './session.ts';

export default defineCommand({
  name: 'backup',
  summary:
    'Backups of the database that are proven by restoring them: create, list, verify, prune, download, drill.',
  details: `create              a new one: read as of one instant, encrypted, stored, read back and restored to prove it
list                newest first (the default)
verify [backup]     restore it into a scratch server and compare every collection
prune               remove what retention no longer keeps (--dry-run only says so)
download [backup]   its bytes, checked; --decrypt opens it with your key
drill [backup]      a full recovery into a scratch server, measured: RPO and RTO

A backup is named by its id or the beginning of it; left out, the latest good one. Exit codes: 0 done, 1 the backup or its proof
failed, 2 usage, no such backup, or no key that opens it, 6 somebody else is making one. docs/guides/backups.md explains
the rest, and how to recover with standard tools only.
--json: create and verify give the manifest with totals, list {store, backups, damaged}, prune {keep, remove, blocked},
download {id, file, encrypted}, drill {id, rpoSeconds, rtoSeconds, server}.`,
  args: [
    { name: 'action', what: 'One of the above; left out, list.' },
    { name: 'backup', what: 'Which; left out, the latest.' },
  ],
  options: {
    environment: environmentOption,
    'dry-run': flag('prune: only say what would be removed.'),
    to: text('FILE', 'download: where to.'),
    decrypt: flag('download: decrypted, with your key.'),
  },
  async run([action = 'list', id], options, context) {
    if (!Object.hasOwn(actions, action)) {
      throw new ConductorError({
        code: 'cli.usage',
        message: `backup: there is no "${action}".`,
        hint: `Use one of ${Object.keys(actions).join(', ')}.`,
        exit: exitCode.usage,
      });
    }
    const { environment } = options;
    const session = await open(context, { ...(environment && { environment }), incomplete: true });
    await withBackupErrors(async () => {
      const place = await openBackups(session);
      try {
        await actions[action as keyof typeof actions]({ place, id, options, context });
      } finally {
        place.store.close();
      }
    });
    return exitCode.done;
  },
});
