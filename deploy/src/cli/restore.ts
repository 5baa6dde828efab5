import { ConductorError, exitCode } from '../errors.ts';
import { defineCommand } from './command.ts';
import { flag, text } from './options.ts';
import { open } from './session.ts';

export default defineCommand({
  name: 'restore',
  summary: "Put a backup, or any archive of mongodump, back: into the environment's database, or elsewhere.",
  details: `First it shows what would happen: which collections are made, replaced and removed. The database becomes exactly what it was: each
collection is replaced, read back and compared; what was not there then is removed. A backup of what is there now is made before, on
whatever server that is. In a terminal it asks for the database's name; elsewhere --yes says that you mean it. Interrupted, run it again: it
goes on where it was.

Instead of a backup's id it takes a FILE that mongodump wrote with --archive (plain, in gzip, or encrypted with age), or - for standard input.

--at brings the database back as it was at any time since a backup, where its changes are kept (the list of backups says from when to when): 2026-11-24T14:03Z
is the state just before that moment, latest the last one that there is. It goes with --beside, --to and --only, too.

With --only or --rename, other collections are left alone, and what is renamed replaces nothing. --beside restores into a new database on
the same server, and says how the live one differs. --to takes the NAME of a variable that holds the connection string of another server and
its database: an argument could be read by every user of this machine.
Ends with 1 when the server does not take something (an index of a kind that it lacks); all else is there then.
--json: {id, server, databases, restored, skipped, removed, refused, changes, seconds, before, release}, with --beside also compared.`,
  args: [
    {
      name: 'backup',
      what: 'Its id, or the beginning of it; a FILE; or -. Left out, the latest good one.',
    },
  ],
  options: {
    at: text(
      'TIME',
      'As it was just before this time: date, time and zone, as 2026-11-24T14:03Z; latest: as much as there is.',
    ),
    to: text('VARIABLE', 'Into another server and database: the variable that holds the connection string.'),
    beside: flag('Into a new database beside the live one, which is left alone; says what differs.'),
    only: text('NAMES', 'Only these databases or database.collection, comma-separated.'),
    rename: text('OLD=NEW', 'Under other names: databases or database.collection, comma-separated.'),
    drill: flag('Into a scratch server instead, measured: the same as backup drill.'),
    'without-backup': flag("Don't back up first what is there now."),
  },
  async run([named], options, context) {
    const { withBackupErrors } = await import('../backups/errors.ts');
    const { openBackups } = await import('../backups/place.ts');
    const { json, yes, at, to, beside, drill } = options;
    if (at !== undefined && named !== undefined)
      throw usage('--at finds the backup to begin with by itself: leave it out');
    const wanted = named ?? 'latest';
    const rename = renames(options.rename);
    if (beside && rename) throw usage('--beside gives the names, so --rename does not go with it');
    const { only, 'without-backup': withoutBackup } = options;
    if (drill && (at ?? to ?? only ?? rename ?? (beside || undefined)) !== undefined)
      throw usage(
        '--drill restores all of a backup, into a scratch server: --at, --to, --beside, --only and --rename do not go with it',
      );
    const session = await open(context, options.environment, { incomplete: true });
    return withBackupErrors(async () => {
      const place = await openBackups(session);
      try {
        if (drill) {
          const { actions } = await import('./backup-actions.ts');
          const request = { json, 'dry-run': false, confirm: false, to: undefined, decrypt: false };
          await actions.drill({ place, id: wanted, options: request, context });
          return exitCode.done;
        }
        const { restore } = await import('./restoring.ts');
        const request = {
          json,
          yes,
          at,
          to,
          beside,
          rename,
          withoutBackup,
          only: only === undefined ? undefined : names(only),
        };
        return (await restore(place, wanted, request, context)) ? exitCode.done : exitCode.ourFault;
      } finally {
        place.store.close();
      }
    });
  },
});

const names = (list: string): string[] => list.split(',').map((name) => name.trim());

function renames(list: string | undefined): Record<string, string> | undefined {
  if (list === undefined) return undefined;
  const found = new Map<string, string>();
  for (const pair of names(list)) {
    const [from, to, ...more] = pair.split('=').map((name) => name.trim());
    if (!from || !to || more.length > 0) throw usage(`"${pair}" is not OLD=NEW`);
    if (found.has(from)) throw usage(`${from} cannot be renamed twice`);
    found.set(from, to);
  }
  return Object.fromEntries(found);
}

const usage = (what: string): ConductorError =>
  new ConductorError({ code: 'cli.usage', message: `restore: ${what}.`, exit: exitCode.usage });
