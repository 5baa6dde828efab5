import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { forwardLine, list, progressLines, size, summary, time } from '../backups/describe.ts';
import { leaseFor } from '../backups/lease.ts';
import type { BackupPlace } from '../backups/place.ts';
import { ConductorError, exitCode } from '../errors.ts';
import { ship } from './backup-ship.ts';
import type { Context } from './command.ts';

export interface BackupRequest {
  readonly place: BackupPlace;
  /** Which backup; undefined: the latest. */
  readonly id: string | undefined;
  readonly options: {
    readonly json: boolean;
    readonly 'dry-run': boolean;
    readonly confirm: boolean;
    readonly to: string | undefined;
    readonly decrypt: boolean;
  };
  readonly context: Context;
}

const library = () => import('conductor-backup');

/** Makes a backup and proves it. One whose proof could not be made is kept, and the command fails. */
async function create({ place, options, context }: BackupRequest): Promise<void> {
  const { createBackup, withLease } = await library();
  const { store, scope, scratch } = place;
  const source = await place.source();
  const manifest = await withLease(store, scope, leaseFor('backup', context), (signal) =>
    createBackup({
      store,
      scope,
      ...source,
      verify: scratch,
      signal,
      onProgress: progressLines((line) => context.output.say(line)),
    }),
  );
  const verified = manifest.verification.state === 'verified';
  // With --json the failure is the one document.
  if (verified || !options.json) {
    say(context, options.json, summary(manifest), [
      `${manifest.id}: ${size(manifest.data.size)} in ${store.name}, ${manifest.verification.state === 'verified' ? `restored in ${time(manifest.verification.duration)} to prove it` : 'not proven'}.`,
      ...(manifest.suspicious
        ? [
            `It has ${manifest.suspicious.reason} (${manifest.suspicious.than}): was data lost? If that was meant: conductor backup accept ${manifest.environment} ${manifest.id}`,
          ]
        : []),
      ...(manifest.consistency.kind === 'none' ? [`Not point-in-time: ${manifest.consistency.reason}.`] : []),
    ]);
  }
  if (verified) return;
  throw new ConductorError({
    code: 'backup.not-verified',
    message: `The backup ${manifest.id} was made, but could not be proven: ${manifest.warnings.join(' ')}`,
    hint: `When that is fixed, prove it: conductor backup verify ${manifest.environment}`,
    exit: exitCode.ourFault,
  });
}

async function listAll({ place, options, context }: BackupRequest): Promise<void> {
  const { describeInstant, judge, listBackups, listTrash, restorableTimes, TRASH_DAYS } = await library();
  const { backups, damaged } = await listBackups(place.store, place.scope);
  const { trashed: trash, damaged: lost } = await listTrash(place.store, place.scope);
  const unreadable = [...damaged, ...lost];
  const now = new Date();
  const { others } = judge(backups, now);
  const spans = await restorableTimes(place.store, place.scope, backups);
  const json = {
    store: place.store.name,
    pointInTime: spans.map(({ after, upTo }) => ({
      from: describeInstant(after),
      to: describeInstant(upTo),
    })),
    backups: backups.map((backup) => ({ ...summary(backup), counts: !others.has(backup.id) })),
    damaged: unreadable.map(({ id, error }) => ({ id, problem: error.message })),
    trash: trash.map(({ id, at, reason }) => ({ id, at, reason })),
  };
  const lines = backups.length === 0 ? [`No backups in ${place.store.name}.`] : list(backups, others, now);
  say(context, options.json, json, [
    ...lines,
    ...json.pointInTime.map(
      ({ from, to }) =>
        `Any time from ${from} to ${to}, too: conductor restore ${place.scope.environment} --at ${to}`,
    ),
    ...unreadable.map(({ error: { message, hint } }) => `${message} ${hint}`),
    ...trash.map(
      ({ id, at, reason }) => `${id} is in the trash for ${TRASH_DAYS} days since ${at}: ${reason}`,
    ),
    ...(trash.length > 0 ? [`Bring one back: conductor backup undelete ${place.scope.environment} ID`] : []),
  ]);
}

async function verify({ place, id = 'latest', options, context }: BackupRequest): Promise<void> {
  const { findBackup, verifyBackup, withLease } = await library();
  const { store, scope, scratch } = place;
  // The newest one of all when none is named: it may be the one that has no proof yet.
  const wanted = id === 'latest' ? await newest(place) : (await findBackup(store, scope, id)).manifest.id;
  const identities = await place.identities();
  const onProgress = progressLines((line) => context.output.say(line));
  const manifest = await withLease(store, scope, leaseFor('verify', context), (signal) =>
    verifyBackup({ store, scope, id: wanted, identities, scratch, signal, onProgress }),
  );
  const { verification } = manifest;
  const took = verification.state === 'verified' ? time(verification.duration) : '';
  say(context, options.json, summary(manifest), [
    `${manifest.id} was restored in ${took}, and is what was backed up.`,
  ]);
}

async function newest({ store, scope }: BackupPlace): Promise<string> {
  const { listBackups, findBackup } = await library();
  const [first] = (await listBackups(store, scope)).backups;
  return first?.id ?? (await findBackup(store, scope, 'latest')).manifest.id;
}

async function prune({ place, options, context }: BackupRequest): Promise<void> {
  const { pruneBackups, readLastRun, TRASH_DAYS, withLease } = await library();
  const { store, scope, retention: policy } = place;
  const lastRun = await readLastRun(store, scope);
  const run = () =>
    pruneBackups({
      store,
      scope,
      policy,
      ...(lastRun && { lastRun }),
      dryRun: options['dry-run'],
      confirmed: options.confirm,
    });
  const plan = options['dry-run']
    ? await run()
    : await withLease(store, scope, leaseFor('prune', context), run);
  const verb = options['dry-run'] ? 'would be removed' : 'removed';
  const environment = scope.environment;
  say(context, options.json, { ...plan, dryRun: options['dry-run'] }, [
    ...plan.remove.map(({ id, reason }) => `${id} ${verb}: ${reason}`),
    ...plan.empty.map(({ id, reason }) => `${id} ${verb} for good: ${reason}`),
    ...(plan.waiting > 0
      ? [
          `${plan.waiting} more wait for the next runs; all at once: conductor backup prune ${environment} --confirm`,
        ]
      : []),
    ...(plan.remove.length > 0
      ? [`For ${TRASH_DAYS} days each comes back with: conductor backup undelete ${environment} ID`]
      : []),
    ...(plan.blocked ? [`Old backups stay: ${plan.blocked}.`] : []),
    `${plan.keep.length} kept, ${plan.remove.length} ${verb}.`,
  ]);
}

async function undelete({ place, id, options, context }: BackupRequest): Promise<void> {
  const { undeleteBackup, withLease } = await library();
  const { store, scope } = place;
  if (id === undefined) {
    throw new ConductorError({
      code: 'backup.not-found',
      message: 'Which backup is to come back from the trash?',
      hint: `What is there: conductor backup list ${scope.environment}`,
      exit: exitCode.usage,
    });
  }
  const manifest = await withLease(store, scope, leaseFor('undelete', context), () =>
    undeleteBackup({ store, scope, id }),
  );
  say(context, options.json, summary(manifest), [`${manifest.id} is a backup again.`]);
}

/** What a suspicious backup lacks was meant to go; the newest suspicious one when none is named. */
async function accept({ place, id, options, context }: BackupRequest): Promise<void> {
  const { acceptBackup, findBackup, isSuspicious, listBackups, withLease } = await library();
  const { store, scope } = place;
  const suspicious = (await listBackups(store, scope)).backups.find(isSuspicious)?.id;
  const wanted = (await findBackup(store, scope, id ?? suspicious ?? 'latest')).manifest.id;
  const manifest = await withLease(store, scope, leaseFor('accept', context), () =>
    acceptBackup({ store, scope, id: wanted }),
  );
  say(context, options.json, summary(manifest), [
    `${manifest.id} counts from now on, with ${manifest.suspicious?.reason}; later ones are compared with it.`,
  ]);
}

/** Writes beside, and renames when every byte was checked: a file of that name is a whole backup. */
async function download({ place, id = 'latest', options, context }: BackupRequest): Promise<void> {
  const { downloadBackup, findBackup } = await library();
  const { store, scope } = place;
  const { manifest } = await findBackup(store, scope, id);
  const opened = options.decrypt || manifest.data.recipients === null;
  const file = options.to ?? `${manifest.id}.archive.gz${opened ? '' : '.age'}`;
  const identities = options.decrypt ? await place.identities() : [];
  const partial = `${file}.partial`;
  try {
    const bytes = downloadBackup({ store, scope, id: manifest.id, identities, signal: context.interrupt });
    await pipeline(Readable.from(bytes, { objectMode: false }), createWriteStream(partial, { mode: 0o600 }));
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
  say(context, options.json, { id: manifest.id, file, encrypted: !opened }, [
    opened
      ? `${file} is whole: mongorestore --archive=${file} --gzip reads it.`
      : `${file} is whole: age -d -i KEYFILE ${file} | mongorestore --archive --gzip reads it.`,
  ]);
}

/** Always JSON: it is made to be given to the store. */
async function policy({ place, context }: BackupRequest): Promise<void> {
  const { bucketPolicy } = await library();
  const { store, scope, retention } = place;
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(store.name) ?? [];
  if (bucket === undefined) {
    throw new ConductorError({
      code: 'backup.no-bucket',
      message: `${store.name} is no bucket: whoever can write a folder can delete in it.`,
      hint: 'Keep backups in an S3 bucket, where a key can have the right to add and not to delete.',
      exit: exitCode.usage,
    });
  }
  context.output.result(
    JSON.stringify(bucketPolicy({ bucket, ...(prefix && { prefix }) }, scope, retention), null, 2),
  );
}

async function drill({ place, id, options, context }: BackupRequest): Promise<void> {
  const library_ = await library();
  const { store, scope, scratch } = place;
  const identities = await place.identities();
  const onProgress = progressLines((line) => context.output.say(line));
  const signal = context.interrupt;
  const { manifest, rpo, rto, server, forward } = await library_.drill({
    store,
    scope,
    identities,
    scratch,
    signal,
    onProgress,
    ...(id && { id }),
  });
  const changes = forward && { ...forward, upTo: library_.describeInstant(forward.upTo) };
  const json = { id: manifest.id, rpoSeconds: rpo / 1000, rtoSeconds: rto / 1000, server, changes };
  say(context, options.json, json, [
    `${manifest.id} was brought back into a scratch ${server}, and is what was backed up.`,
    ...(changes ? [forwardLine(changes)] : []),
    `RPO ${time(rpo)} (${changes ? 'since the last change that is kept' : 'the age of its data'}) · RTO ${time(rto)} (from the store to the last comparison)`,
  ]);
  const holder = await place.rememberDrill(manifest.id, signal);
  if (holder) context.output.say(`It is not written down, because ${holder} is changing the environment.`);
}

export function say({ output }: Context, json: boolean, value: unknown, lines: readonly string[]): void {
  output.result(json ? JSON.stringify(value) : lines.join('\n'));
}

export const actions = {
  create,
  ship,
  list: listAll,
  verify,
  accept,
  prune,
  undelete,
  download,
  policy,
  drill,
} as const;
