import type { BackupId } from './layout.ts';
import { isSigned, type Manifest } from './manifest.ts';

/** As much of a backup as it takes to say what it is worth. */
export interface Candidate {
  readonly id: BackupId;
  readonly startedAt: string;
  readonly sequence?: number | undefined;
  readonly purpose: Manifest['purpose'];
  readonly verification: Pick<Manifest['verification'], 'state'>;
  readonly suspicious?: Manifest['suspicious'];
  readonly unsigned?: Manifest['unsigned'];
  readonly undeleted?: string | undefined;
}

/** What backups are worth, see {@link judge}. */
export interface Judgement<T extends Candidate> {
  /** Those that count, newest first. */
  readonly good: readonly T[];
  /** The same and those that only have a wrong date; the last one made first, whatever the dates say. */
  readonly sound: readonly T[];
  /** Why each of the others does not count. */
  readonly others: ReadonlyMap<BackupId, string>;
  /**
   * When each was made, in ms: its own date, or where that is wrong the date of the next one that was made after it. Absent where there
   * is none: then nobody knows.
   */
  readonly madeAt: ReadonlyMap<BackupId, number>;
}

/** Milliseconds by which two clocks may differ without one of them being wrong. */
export const CLOCK_TOLERANCE = 5 * 60 * 1000;

/**
 * Says which backups count, for what is kept and for how fresh they are: those that were made at their time or asked for, were proven by a
 * restore, are not suspicious, and have a date that can be right. What was made before a deploy or a restore counts as neither: it may be
 * of data that was damaged already.
 */
export function judge<T extends Candidate>(backups: readonly T[], now: Date): Judgement<T> {
  // What nobody is known to have made has no say in what dates are right.
  const inOrder = backups.filter(isSigned).sort(bySequence);
  const right = rightlyDated(inOrder, now.getTime());
  const good: T[] = [];
  const sound: T[] = [];
  const others = new Map<BackupId, string>();
  const madeAt = new Map<BackupId, number>();
  let next: number | undefined;
  for (const backup of inOrder.reverse()) {
    if (right.has(backup)) next = Date.parse(backup.startedAt);
    if (next !== undefined) madeAt.set(backup.id, next);
    let why = whyNot(backup);
    if (why === undefined) sound.push(backup);
    if (!right.has(backup)) why = 'its date is wrong';
    if (why === undefined) good.push(backup);
    else others.set(backup.id, why);
  }
  for (const { id, startedAt, unsigned } of backups) {
    if (unsigned === undefined) continue;
    others.set(id, unsigned);
    if (Date.parse(startedAt) <= now.getTime() + CLOCK_TOLERANCE) madeAt.set(id, Date.parse(startedAt));
  }
  return { good, sound, others, madeAt };
}

function whyNot({ purpose, verification, suspicious }: Candidate): string | undefined {
  if (verification.state === 'failed') return 'it failed its proof';
  if (verification.state === 'pending') return 'it is not verified';
  if (isBefore(purpose)) return `it was made ${purpose.replace('-', ' a ')}`;
  if (isSuspicious({ suspicious })) return 'it is suspicious';
  return undefined;
}

/** Made because something was about to change, not because it was time or somebody asked. */
export const isBefore = (purpose: Manifest['purpose']): purpose is 'before-deploy' | 'before-restore' =>
  purpose === 'before-deploy' || purpose === 'before-restore';

/** Has hardly half of what the one before had, and nobody has said that this was meant. */
export const isSuspicious = ({ suspicious }: Pick<Candidate, 'suspicious'>): boolean =>
  suspicious !== undefined && suspicious.accepted === undefined;

/** Those from before there were sequence numbers first, by their dates. */
const bySequence = (a: Candidate, b: Candidate): number =>
  (a.sequence ?? 0) - (b.sequence ?? 0) ||
  Date.parse(a.startedAt) - Date.parse(b.startedAt) ||
  (a.id < b.id ? -1 : 1);

/**
 * Those whose date is not after now, and fits between those made before and after: the most of them whose dates do not fall while their
 * sequence rises. So one night with a wrong clock contradicts all others, and not they it. Where as many speak for either, the later are right.
 */
function rightlyDated<T extends Candidate>(inOrder: readonly T[], now: number): ReadonlySet<T> {
  const past = inOrder
    .map((backup) => ({ backup, at: Date.parse(backup.startedAt) }))
    .filter(({ at }) => at <= now + CLOCK_TOLERANCE);
  /** The most that can be right from this one on, and which of them comes next. */
  const length: number[] = [];
  const next: (number | undefined)[] = [];
  let first: number | undefined;
  for (let index = past.length - 1; index >= 0; index--) {
    length[index] = 1;
    for (let later = past.length - 1; later > index; later--) {
      if (past[later]!.at < past[index]!.at - CLOCK_TOLERANCE || length[later]! < length[index]!) continue;
      length[index] = length[later]! + 1;
      next[index] = later;
    }
    if (first === undefined || length[index]! > length[first]!) first = index;
  }
  const right = new Set<T>();
  for (let index = first; index !== undefined; index = next[index]) right.add(past[index]!.backup);
  return right;
}
