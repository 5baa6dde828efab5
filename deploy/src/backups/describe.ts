import type { ForwardProof, Manifest, Progress } from 'conductor-backup';
import { table } from '../text/table.ts';

/** `1.2 GB`, in steps of 1000. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `3 d 4 h`, `2 h 5 min`, `4 min`, `12.3 s`. */
export function time(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const sum = (manifest: Manifest, field: 'documents' | 'bytes'): number =>
  manifest.collections.reduce((total, record) => total + record[field], 0);

/** What `--json` says of a backup: its manifest without the long list of collections, with their totals. */
export function summary({ collections, ...manifest }: Manifest) {
  const whole = { ...manifest, collections };
  return {
    ...manifest,
    collections: collections.length,
    documents: sum(whole, 'documents'),
    bytes: sum(whole, 'bytes'),
  };
}

const age = (milliseconds: number): string =>
  milliseconds < 0 ? `${time(-milliseconds)} ahead` : `${time(milliseconds)} old`;

/** A line for each; `others` says of those that do not count why. */
export const list = (
  backups: readonly Manifest[],
  others: ReadonlyMap<string, string>,
  now: Date,
): string[] =>
  table(
    backups.map((backup) => [
      backup.id,
      age(now.getTime() - Date.parse(backup.startedAt)),
      backup.verification.state === 'pending' ? 'not verified' : backup.verification.state,
      size(backup.data.size),
      `${sum(backup, 'documents')} documents`,
      backup.data.recipients === null ? 'not encrypted' : 'encrypted',
      backup.consistency.kind === 'none' ? 'not point-in-time' : 'point-in-time',
      backup.purpose,
      backup.release ?? '-',
      others.has(backup.id) ? `does not count: ${others.get(backup.id)}` : 'counts',
    ]),
  );

/** What a drill of the changes came to. */
export const forwardLine = ({ from, to, changes }: Pick<ForwardProof, 'from' | 'to' | 'changes'>): string =>
  to === null
    ? `The ${changes} changes since were made again; what they lead to can be compared when there is another backup.`
    : `${changes} changes lead from ${from} to exactly ${to}.`;

/** One line now and then, for work that takes long. */
export function progressLines(say: (line: string) => void): (progress: Progress) => void {
  let last = 0;
  return ({ phase, bytes, expected, rate, eta }) => {
    if (performance.now() - last < 3000) return;
    last = performance.now();
    const left = eta === null ? '' : `, ${time(eta * 1000)} left`;
    say(`  ${phase}: ${size(bytes)} of ${size(Math.max(bytes, expected))}, ${size(rate)}/s${left}`);
  };
}
