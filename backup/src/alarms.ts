import { isSuspicious } from './counts.ts';
import type { BackupError } from './errors.ts';
import type { BackupId, Scope } from './layout.ts';
import type { Manifest } from './manifest.ts';
import { differenceOf, statedRecipients } from './recipients.ts';
import type { Store } from './stores/store.ts';
import { totalBytes, totalDocuments } from './verify.ts';

/** Everything about backups that somebody must be told of. */
export type AlarmKind =
  | 'failed'
  | 'late'
  | 'not-verified'
  | 'recipients'
  | 'suspicious'
  | 'store-unreachable'
  | 'retention-blocked'
  | 'leftovers'
  | 'changes-late'
  | 'changes-lost';

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

type Amount = Pick<Manifest, 'collections'>;

/** A backup that has hardly half of what the last good one had is either a mistake here or a loss there. */
export function suspicionOf(backup: Amount, before: Manifest | undefined): Manifest['suspicious'] {
  if (before === undefined) return undefined;
  const fell = [
    fall('documents', totalDocuments(before), totalDocuments(backup)),
    fall('bytes of documents', totalBytes(before), totalBytes(backup)),
  ].filter((text) => text !== undefined);
  return fell.length === 0 ? undefined : { reason: fell.join(' and '), than: before.id };
}

/** The alarm of a suspicious backup; undefined for any other. */
export function suspicionAlarm(backup: Manifest): Alarm | undefined {
  if (!isSuspicious(backup)) return undefined;
  const { reason, than } = backup.suspicious!;
  return {
    kind: 'suspicious',
    message: `The backup ${backup.id} has ${reason}: was data lost? It does not count until somebody says.`,
    hint: `Compare it with ${than}. If it was meant: conductor backup accept ${backup.environment} ${backup.id}`,
    backup: backup.id,
  };
}

/** The alarm of a backup that others can open than those who are to; undefined where they are the same, or nobody has said who. */
export async function recipientsAlarm(
  store: Store,
  scope: Scope,
  { id, data }: Pick<Manifest, 'id' | 'data'>,
): Promise<Alarm | undefined> {
  try {
    const stated = await statedRecipients(store, scope);
    const difference = stated && differenceOf(data.recipients, stated.recipients);
    if (difference === undefined) return undefined;
    return {
      kind: 'recipients',
      message: `The backup ${id} is not for those whom it should be for: ${difference}.`,
      hint: `Deploy, so that who makes them knows the keys of today: conductor deploy ${scope.environment}`,
      backup: id,
    };
  } catch (error) {
    return { ...alarmOf(error), kind: 'recipients' };
  }
}

const fall = (what: string, before: number, now: number): string | undefined =>
  before > 0 && now <= before / 2 ? `only ${now} ${what} of ${before} before` : undefined;
