import type { BackupError } from './errors.ts';
import type { BackupId } from './layout.ts';
import type { Manifest } from './manifest.ts';
import { totalBytes, totalDocuments } from './verify.ts';

/** Everything about backups that somebody must be told of. */
export type AlarmKind =
  | 'failed'
  | 'late'
  | 'not-verified'
  | 'suspicious'
  | 'store-unreachable'
  | 'retention-blocked';

export interface Alarm {
  readonly kind: AlarmKind;
  /** One sentence: what is the matter. Never holds a secret. */
  readonly message: string;
  readonly hint?: string;
  readonly backup?: BackupId;
}

/** The one alarm of a run that failed. */
export function alarmOf(error: unknown): Alarm {
  const { message, hint, code } = error as Partial<BackupError>;
  const kind =
    code === 'store.unreachable'
      ? 'store-unreachable'
      : code === 'backup.not-verified'
        ? 'not-verified'
        : 'failed';
  return { kind, message: message || String(error), ...(hint && { hint }) };
}

/** A backup that has hardly half of what the one before had is either a mistake here or a loss there. */
export function suspicionOf(backup: Manifest, before: Manifest | undefined): Alarm | undefined {
  if (before === undefined) return undefined;
  const fell = [
    fall('documents', totalDocuments(before), totalDocuments(backup)),
    fall('bytes of documents', totalBytes(before), totalBytes(backup)),
  ].filter((text) => text !== undefined);
  if (fell.length === 0) return undefined;
  return {
    kind: 'suspicious',
    message: `The backup ${backup.id} has ${fell.join(' and ')}: was data lost?`,
    hint: `Compare it with ${before.id}; keep that one until you know.`,
    backup: backup.id,
  };
}

const fall = (what: string, before: number, now: number): string | undefined =>
  before > 0 && now <= before / 2 ? `only ${now} ${what} of ${before} before` : undefined;
