import type { ArchiveSource, Compared, RestorePlan, TargetOptions } from 'conductor-backup';
import { ConductorError, exitCode } from '../errors.ts';
import { table } from '../text/table.ts';

const library = () => import('conductor-backup');

/** Longest name of a database, in bytes. */
const longest = 63;
/** Names that are tried until one is free. */
const attempts = 9;

/** A restore into databases that are not there yet, and where each collection would have gone else. */
export interface Beside {
  readonly target: TargetOptions;
  readonly plan: RestorePlan;
  readonly pairs: readonly {
    readonly one: { db: string; collection: string };
    readonly other: { db: string; collection: string };
  }[];
}

/**
 * Plans a restore beside what is live: `crm` goes to `crm_20261126t030000z`, or `…_2` where that is taken.
 * @throws {ConductorError} `restore.beside-taken` (exit 3); what `planRestore` throws
 */
export async function planBeside(
  archive: ArchiveSource,
  live: TargetOptions,
  label: string,
): Promise<Beside> {
  const { hasCode, planRestore, placementsOf } = await library();
  const usual = placementsOf(archive, live);
  const databases = [...new Set(usual.map(({ record }) => record.db))];
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const suffix = `_${label.toLowerCase()}${attempt === 1 ? '' : `_${attempt}`}`;
    const rename = Object.fromEntries(
      databases.map((name) => [name, shortened(name, longest - suffix.length) + suffix]),
    );
    const target = { ...live, rename };
    const plan = await planRestore(archive, target).catch((error: unknown) => {
      if (hasCode(error, 'restore.target-exists')) return null;
      throw error;
    });
    if (plan === null || plan.collections.some(({ action }) => action !== 'create')) continue;
    const goals = new Map(placementsOf(archive, target).map(({ record, target: goal }) => [record, goal]));
    return {
      target,
      plan,
      pairs: usual.map(({ record, target: other }) => ({ one: goals.get(record)!, other })),
    };
  }
  throw new ConductorError({
    code: 'restore.beside-taken',
    message: `There are ${attempts} databases of that backup beside the live one already.`,
    hint: 'Drop those that nobody needs.',
    exit: exitCode.checksFailed,
  });
}

/** As many characters of a name as fit. */
function shortened(name: string, bytes: number): string {
  let short = name;
  while (Buffer.byteLength(short) > bytes) short = [...short].slice(0, -1).join('');
  return short;
}

/** How what was restored differs from what is live, one line for each collection. */
export const comparisonLines = (compared: readonly Compared[]): string[] =>
  table([
    ['collection', 'in the backup', 'live now', ''],
    ...compared.map(({ other, documents, differences }) => [
      other,
      String(documents.one ?? '-'),
      String(documents.other ?? '-'),
      differences.length === 0 ? 'the same' : documents.other === null ? 'not live any more' : 'differs',
    ]),
  ]);
