import { exitCode } from '../errors.ts';
import { defineCommand } from './command.ts';
import { flag, text } from './options.ts';
import { open } from './session.ts';

const removed = { name: 'backup', what: 'Its id or the beginning of it.' } as const;
const which = { name: 'backup', what: 'Which; left out, the latest.' } as const;

export default defineCommand({
  name: 'backup',
  summary:
    'Backups of the database that are proven by restoring them: create, ship, list, verify, accept, prune, undelete, download, policy, drill.',
  details: `A backup is named by its id or the beginning of it; left out, the latest good one. Exit codes: 0 done, 1 the backup or its proof
failed, 2 usage, no such backup, or no key that opens it, 3 the store is out of reach or refuses, 6 somebody else is making one. docs/guides/backups.md explains
the rest, and how to recover with standard tools only.
--json: create, verify, accept and undelete give the manifest with totals, list {store, backups, pointInTime, damaged, trash}, prune {keep, remove, empty, changes, waiting, blocked},
ship {upTo, entries, gap}, download {id, file, encrypted}, policy {lifecycle, writer}, drill {id, rpoSeconds, rtoSeconds, server, changes}.`,
  args: [],
  actions: {
    list: { what: 'Newest first.', args: [] },
    create: {
      what: 'A new one: read as of one instant, encrypted, stored, read back and restored to prove it.',
      args: [],
    },
    ship: {
      what: "What changed in the database since the last time, for restores to any time: the CRM's worker does it every minute.",
      args: [],
    },
    verify: { what: 'Restore it into a scratch server and compare every collection.', args: [which] },
    accept: {
      what: 'A suspicious one has less because that was meant: it counts from now on. Left out, the newest suspicious one.',
      args: [which],
    },
    prune: {
      what: 'Move what retention no longer keeps into the trash, no more than a tenth of all at once; --dry-run only says so.',
      args: [],
    },
    undelete: { what: 'Bring one back that was removed in the last 7 days.', args: [removed] },
    download: { what: 'Its bytes, checked; --decrypt opens it with your key.', args: [which] },
    policy: {
      what: 'Rules for the bucket (S3) and rights of a key that may add and not delete, as JSON.',
      args: [],
    },
    drill: {
      what: 'A full recovery into a scratch server, measured: RPO and RTO. Of the latest also the changes that are kept are proven.',
      args: [which],
    },
  },
  options: {
    'dry-run': flag('prune: only say what would be removed.'),
    confirm: flag('prune: all at once, also after a long pause.'),
    to: text('FILE', 'download: where to.'),
    decrypt: flag('download: decrypted, with your key.'),
  },
  async run([action, id], options, context) {
    const { withBackupErrors } = await import('../backups/errors.ts');
    const { openBackups } = await import('../backups/place.ts');
    const { actions } = await import('./backup-actions.ts');
    const session = await open(context, options.environment, { incomplete: true });
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
