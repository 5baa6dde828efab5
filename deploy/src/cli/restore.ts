import type { Manifest } from '@conductor/backup';
import { progressLines, size, time } from '../backups/describe.ts';
import type { BackupPlace } from '../backups/place.ts';
import { ConductorError, exitCode } from '../errors.ts';
import type { Context } from './command.ts';
import { defineCommand } from './command.ts';
import { flag, text } from './options.ts';
import { open } from './session.ts';

const library = () => import('@conductor/backup');

export default defineCommand({
  name: 'restore',
  summary: "Put a backup back: into the environment's database, another server, or only a part of it.",
  details: `The database becomes exactly what it was: each collection is replaced, read back and compared; what was not there then is
removed. A backup of what is there now is made before. Interrupted, run it again: it goes on where it was.
In a terminal it asks for the database's name; elsewhere --yes says that you mean it.

With --only or --rename, other collections are left alone. --to takes the NAME of a variable that holds the connection string of
another server: an argument could be read by every user of this machine.
--json: {id, server, restored, skipped, removed, seconds, before, release}.`,
  args: [{ name: 'backup', what: 'Its id, or the beginning of it; left out, the latest good one.' }],
  options: {
    to: text('VARIABLE', 'Into another server: the variable that holds its connection string.'),
    only: text('NAMES', 'Only these databases or database.collection, comma-separated.'),
    rename: text('OLD=NEW', 'Under other names: databases or database.collection, comma-separated.'),
    drill: flag('Into a scratch server instead, measured: the same as backup drill.'),
    'without-backup': flag("Don't back up first what is there now."),
  },
  async run([id = 'latest'], options, context) {
    const { withBackupErrors } = await import('../backups/errors.ts');
    const { openBackups } = await import('../backups/place.ts');
    const session = await open(context, options.environment, { incomplete: true });
    await withBackupErrors(async () => {
      const place = await openBackups(session);
      try {
        if (options.drill) {
          const { actions } = await import('./backup-actions.ts');
          const request = { json: options.json, 'dry-run': false, to: undefined, decrypt: false };
          await actions.drill({ place, id, options: request, context });
        } else await restore(place, id, options, context);
      } finally {
        place.store.close();
      }
    });
    return exitCode.done;
  },
});

interface RestoreRequest {
  readonly json: boolean;
  readonly to: string | undefined;
  readonly only: string | undefined;
  readonly rename: string | undefined;
  readonly yes: boolean;
  readonly 'without-backup': boolean;
}

async function restore(
  place: BackupPlace,
  id: string,
  options: RestoreRequest,
  context: Context,
): Promise<void> {
  const { findBackup, restoreBackup, withLease } = await library();
  const { store, scope } = place;
  const { output, interrupt } = context;
  const { manifest } = await findBackup(store, scope, id);
  const url = options.to === undefined ? await place.databaseUrl() : variable(options.to);
  output.say(`${manifest.id}: ${describe(manifest)}`);
  await confirm(manifest, options, context);

  const identities = await place.identities();
  const before = options.to || options['without-backup'] ? null : await backUpFirst(place, context);
  const rename = renames(options.rename);
  const report = await withLease(store, scope, { purpose: 'restore', signal: interrupt }, (signal) =>
    restoreBackup({
      store,
      scope,
      id: manifest.id,
      identities,
      url,
      signal,
      onProgress: progressLines((line) => output.say(line)),
      ...(options.only && { only: names(options.only) }),
      ...(rename && { rename }),
    }),
  );
  if (options.json) {
    const { server, restored, skipped, removed, duration } = report;
    const { release } = manifest;
    output.result(
      JSON.stringify({
        id: manifest.id,
        server,
        restored,
        skipped,
        removed,
        seconds: duration / 1000,
        before,
        release,
      }),
    );
    return;
  }
  const { restored, skipped, removed } = report;
  output.result(
    `Restored ${restored.length} collections in ${time(report.duration)}, compared with the backup; ${skipped.length} were the same already, ${removed.length} removed.`,
  );
  if (before) output.say(`What was there before is in ${before}.`);
  if (manifest.release) {
    output.say(
      `It was made while ${manifest.release} was live: \`conductor rollback ${manifest.environment} ${manifest.release}\` brings that back, too.`,
    );
  }
}

const describe = (manifest: Manifest): string =>
  `data as of ${manifest.startedAt}, ${manifest.collections.length} collections, ${size(manifest.data.size)} stored, ${manifest.verification.state}.`;

/** The name of the database, typed: what is there now is replaced from here on. */
async function confirm(
  { collections }: Manifest,
  { to, yes }: RestoreRequest,
  { ask, output }: Context,
): Promise<void> {
  const databases = [...new Set(collections.map(({ db }) => db))].join(', ');
  if (yes) return;
  if (!ask) {
    throw new ConductorError({
      code: 'restore.not-confirmed',
      message: `This replaces the data of ${databases}, and nobody is there to confirm it.`,
      hint: 'Say --yes if you mean it.',
      exit: exitCode.usage,
    });
  }
  output.say(
    `This replaces the data of ${databases}${to ? ` on the server that ${to} names` : ''}. It can't be undone but by the backup made before.`,
  );
  if ((await ask(`Type ${databases} to go on: `)).trim() === databases) return;
  throw new ConductorError({
    code: 'restore.not-confirmed',
    message: 'That is not its name; nothing was changed.',
    exit: exitCode.usage,
  });
}

/** A backup of what is about to be replaced; null when there is nothing. */
async function backUpFirst(place: BackupPlace, { output, interrupt }: Context): Promise<string | null> {
  const { createBackup, hasCode, withLease } = await library();
  const { store, scope, scratch } = place;
  const source = await place.source();
  output.say('First, a backup of what is there now.');
  try {
    const { id } = await withLease(
      store,
      scope,
      { purpose: 'backup before a restore', signal: interrupt },
      (signal) =>
        createBackup({ store, scope, ...source, purpose: 'before-restore', verify: scratch, signal }),
    );
    return id;
  } catch (error) {
    if (hasCode(error, 'backup.empty')) return null;
    throw error;
  }
}

function variable(name: string): string {
  const url = process.env[name]?.trim();
  if (url) return url;
  throw new ConductorError({
    code: 'restore.no-target',
    message: `The variable ${name} is not set.`,
    hint: `Put the connection string into it: --to takes the variable's name.`,
    exit: exitCode.usage,
  });
}

const names = (text: string): string[] => text.split(',').map((name) => name.trim());

function renames(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined;
  return Object.fromEntries(
    names(text).map((pair) => {
      const [from, to, ...more] = pair.split('=');
      if (from && to && more.length === 0) return [from, to];
      throw new ConductorError({
        code: 'cli.usage',
        message: `restore: "${pair}" is not OLD=NEW.`,
        exit: exitCode.usage,
      });
    }),
  );
}
