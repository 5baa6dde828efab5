import type { PlannedCollection, Refused, RestorePlan } from 'conductor-backup';
import { table } from '../text/table.ts';

/** Collections that a plan names one by one. */
const named = 20;

const words = { create: 'made', replace: 'REPLACED', remove: 'REMOVED' } as const;
const order = ['remove', 'replace', 'create'] as const;

/** What a restore would do, for a person to decide on: what is lost comes first. */
export function planLines({ server, databases, collections }: RestorePlan): string[] {
  const sorted = collections.toSorted((a, b) => order.indexOf(a.action) - order.indexOf(b.action));
  const rest = sorted.length - named;
  return [
    `Into ${databases.join(', ')} on ${server}:`,
    ...table(sorted.slice(0, named).map(line)),
    ...(rest > 0 ? [`  and ${rest} more: ${totals(sorted.slice(named))}`] : []),
  ];
}

const line = ({ name, from, action, now, after }: PlannedCollection): string[] => [
  name,
  from === null || from === name ? '' : `from ${from}`,
  words[action],
  action === 'create'
    ? `${after} documents`
    : action === 'remove'
      ? `${now ?? 0} documents are there`
      : `${after} documents, where ${now ?? 0} are`,
];

const totals = (collections: readonly PlannedCollection[]): string =>
  order
    .map((action) => [collections.filter((each) => each.action === action).length, words[action]] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');

/** Whether something that is there would be gone. */
export const takesAway = ({ collections }: RestorePlan): boolean =>
  collections.some(({ action }) => action !== 'create');

/** What the server did not take. */
export const refusedLines = (refused: readonly Refused[]): string[] =>
  refused.map(({ target, index, reason }) =>
    index === null
      ? `NOT restored, because this server does not take it: the collection ${target.db}.${target.collection} (${reason})`
      : `NOT built, because this server does not take it: the index ${index} of ${target.db}.${target.collection} (${reason})`,
  );
