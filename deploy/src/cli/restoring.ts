import type { ArchiveReport, Compared, RestorePlan, TargetOptions } from 'conductor-backup';
import { comparisonLines, planBeside } from '../backups/beside.ts';
import { type ChosenArchive, chooseArchive } from '../backups/chosen-archive.ts';
import { progressLines, time } from '../backups/describe.ts';
import { withBackupErrors } from '../backups/errors.ts';
import { leaseFor } from '../backups/lease.ts';
import type { BackupPlace } from '../backups/place.ts';
import { planLines, refusedLines, takesAway } from '../backups/restore-lines.ts';
import { ConductorError, exitCode } from '../errors.ts';
import type { Context } from './command.ts';

const library = () => import('conductor-backup');

/** What the command line says of a restore. */
export interface RestoreRequest {
  readonly json: boolean;
  readonly yes: boolean;
  /** As it was just before this time. */
  readonly at: string | undefined;
  /** Name of the variable with another server's connection string. */
  readonly to: string | undefined;
  readonly only: readonly string[] | undefined;
  readonly rename: Readonly<Record<string, string>> | undefined;
  /** Into a new database, compared with the live one. */
  readonly beside: boolean;
  readonly withoutBackup: boolean;
}

/** What became of it. */
interface Restored {
  readonly report: ArchiveReport;
  readonly plan: RestorePlan;
  /** Id of the backup of what was there before. */
  readonly before: string | null;
  readonly compared: readonly Compared[] | null;
}

/**
 * Restores: shows what would happen, has it confirmed, backs up what is there now, replaces and compares it.
 * @returns whether all of it is there; what the server does not take was named.
 */
export async function restore(
  place: BackupPlace,
  wanted: string,
  request: RestoreRequest,
  context: Context,
): Promise<boolean> {
  const { output, interrupt: signal, folder } = context;
  const url = request.to === undefined ? await place.databaseUrl() : variable(request.to);
  if (wanted === '-' && !request.yes)
    throw notConfirmed('The archive comes where the answer would', 'Say --yes if you mean it.');
  const chosen = await chooseArchive(place, wanted, {
    at: request.at,
    folder,
    input: context.input ?? process.stdin,
    signal,
  });
  try {
    output.say(chosen.title);
    const restored = await restoreChosen(place, chosen, { ...request, url }, context);
    tell(chosen, restored, request, context);
    return restored.report.refused.length === 0;
  } finally {
    await chosen.close();
  }
}

async function restoreChosen(
  place: BackupPlace,
  chosen: ChosenArchive,
  request: RestoreRequest & { readonly url: string },
  context: Context,
): Promise<Restored> {
  const { archive } = chosen;
  const { compareCollections, planRestore, restoreArchive, withLease } = await library();
  const { store, scope } = place;
  const { output } = context;
  const { url, only, rename } = request;
  const asked: TargetOptions = { url, ...(only && { only }), ...(rename && { rename }) };
  const beside = request.beside ? await planBeside(archive, asked, labelOf(chosen)) : null;
  const target = beside?.target ?? asked;
  const plan = beside?.plan ?? (await planRestore(archive, target));
  for (const line of planLines(plan)) output.say(line);
  if (archive.forward) output.say('These are the numbers of the backup; then the changes since are made.');
  if (takesAway(plan)) await confirm(plan, request, context);
  const before =
    takesAway(plan) && !request.withoutBackup ? await backUpFirst(place, plan, url, context) : null;
  const report = await withLease(store, scope, leaseFor('restore', context), (signal) =>
    // A part may have been put back by the time that the store fails.
    withBackupErrors(
      () =>
        restoreArchive(archive, { ...target, signal, onProgress: progressLines((line) => output.say(line)) }),
      exitCode.unknown,
    ),
  );
  return { report, plan, before, compared: beside && (await compareCollections(url, beside.pairs)) };
}

/** Of when the data is; what is of no backup is of now. */
function labelOf({ archive, manifest }: ChosenArchive): string {
  const stamp = (time: Date) => time.toISOString().slice(0, 19).replace(/[-:]/g, '').concat('Z');
  if (archive.forward) return stamp(new Date(archive.forward.before.t * 1000));
  return manifest?.id.split('-')[0] ?? stamp(new Date());
}

/** The names of the databases, typed: what is there now is replaced from here on. */
async function confirm(
  { databases }: RestorePlan,
  { yes, withoutBackup }: RestoreRequest,
  { ask, output }: Context,
): Promise<void> {
  const names = databases.join(', ');
  if (yes) return;
  if (!ask)
    throw notConfirmed(
      `This replaces data of ${names}, and nobody is there to confirm it`,
      'Say --yes if you mean it.',
    );
  output.say(
    withoutBackup ? 'It cannot be undone.' : 'It can be undone only by the backup that is made before.',
  );
  if ((await ask(`Type ${names} to go on: `)).trim() === names) return;
  throw notConfirmed('That is not its name; nothing was changed');
}

const notConfirmed = (message: string, hint?: string): ConductorError =>
  new ConductorError({
    code: 'restore.not-confirmed',
    message: `${message}.`,
    ...(hint && { hint }),
    exit: exitCode.usage,
  });

/** A backup of what is about to be replaced, on whatever server that is; null when there is nothing. */
async function backUpFirst(
  place: BackupPlace,
  { databases }: RestorePlan,
  url: string,
  context: Context,
): Promise<string | null> {
  const { createBackup, hasCode, withLease } = await library();
  const { store, scope, scratch } = place;
  const sealing = await place.sealing();
  context.output.say('First, a backup of what is there now.');
  try {
    const { id } = await withLease(store, scope, leaseFor('backup before a restore', context), (signal) =>
      createBackup({
        store,
        scope,
        ...sealing,
        source: { url, databases },
        purpose: 'before-restore',
        verify: scratch,
        signal,
      }),
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

function tell(
  { manifest }: ChosenArchive,
  { report, plan, before, compared }: Restored,
  { json }: RestoreRequest,
  { output }: Context,
): void {
  const { restored, skipped, removed, refused, changes, server, duration } = report;
  const release = manifest?.release ?? null;
  if (json) {
    const { databases } = plan;
    output.result(
      JSON.stringify({
        id: manifest?.id ?? null,
        server,
        databases,
        restored,
        skipped,
        removed,
        refused: refusedLines(refused),
        changes,
        seconds: duration / 1000,
        before,
        release,
        ...(compared && { compared }),
      }),
    );
    return;
  }
  const lines = [
    `Restored ${restored.length} collections in ${time(duration)}, compared with the ${manifest ? 'backup' : 'archive'}; ${skipped.length} were the same already, ${removed.length} removed.`,
    ...(changes > 0 ? [`${changes} changes since the backup were made again.`] : []),
    ...(compared ? comparisonLines(compared) : []),
    ...refusedLines(refused),
  ];
  output.result(lines.join('\n'));
  if (before) output.say(`The data from before the restore is in the backup ${before}.`);
  if (compared)
    output.say(
      `Nothing live was touched. What was restored is in ${plan.databases.join(', ')}: drop it when it is not needed any more.`,
    );
  else if (manifest?.release) {
    output.say(
      `It was made while ${manifest.release} was live: \`conductor rollback ${manifest.environment} ${manifest.release}\` brings that back, too.`,
    );
  }
}
