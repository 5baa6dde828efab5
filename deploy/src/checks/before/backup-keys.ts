import { type Answer, failure, warning } from '../check.ts';
import type { CheckContext, VerifiedBackup } from '../context.ts';

/** Days after which a key that opened a backup may be lost. */
const drillHolds = 90;

type Facts = Pick<CheckContext, 'now' | 'environment'> & {
  readonly backups: NonNullable<CheckContext['backups']>;
};

/** What stands between a backup and those who are to open it; null when nothing does. */
export async function keysProblem(newest: VerifiedBackup, facts: Facts): Promise<Answer | null> {
  const wanted = await facts.backups.recipients();
  return (
    recipientsProblem(newest.recipients, wanted, facts.environment) ??
    signatureProblem(newest) ??
    (await drillProblem(facts))
  );
}

/** The worker makes backups for the keys that it was given, which may not be those of the team any more. */
function recipientsProblem(
  found: readonly string[] | null,
  wanted: readonly string[] | null,
  environment: string,
): Answer | null {
  const fix = `Deploy, so that the service that makes backups (BACKUP_RECIPIENTS: backupRecipients()) has the present keys, and make one: conductor backup create ${environment}`;
  if (wanted === null) return null;
  if (found === null)
    return failure('The newest verified backup is not encrypted, and the config says that backups are.', fix);
  const lacking = wanted.filter((key) => !found.includes(key));
  const strangers = found.filter((key) => !wanted.includes(key));
  if (lacking.length === wanted.length)
    return failure(
      `None of the keys that should open the newest verified backup opens it: it is encrypted to ${named(found)}.`,
      fix,
    );
  if (lacking.length > 0) return warning(`${named(lacking)} cannot open the newest verified backup.`, fix);
  if (strangers.length === 0) return null;
  return warning(
    `${named(strangers)} can open the newest verified backup, and is not among the recipients.`,
    fix,
  );
}

function signatureProblem({ authentic }: VerifiedBackup): Answer | null {
  if (authentic) return null;
  return warning(
    'Backups are not signed: whoever can write their store could make one up.',
    'Give the service that makes them the setting BACKUP_SIGNING_KEY: generated(32), and deploy.',
  );
}

async function drillProblem({ backups, now, environment }: Facts): Promise<Answer | null> {
  if (backups.drilledAt === null) return null;
  const drilled = await backups.drilledAt();
  const fix = `conductor backup drill ${environment}`;
  if (drilled === null)
    return warning('No drill has shown yet that somebody has a key that opens a backup.', fix);
  const days = (now().getTime() - drilled.getTime()) / 86_400_000;
  if (days <= drillHolds) return null;
  return warning(`No drill has opened a backup with a key of a person for ${Math.floor(days)} days.`, fix);
}

/** Public keys, as much of each as tells it from the others. */
const named = (keys: readonly string[]): string => keys.map((key) => `${key.slice(0, 12)}…`).join(', ');
