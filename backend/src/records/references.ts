import type { ClientSession } from 'mongodb';
import type { AnyDocument, AnyFilter } from '../mongo/document.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { ownerField, policy, type RecordKind } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid, Problem } from '../problem.ts';

export const collectionOf: Record<RecordKind | 'user', string> = {
  user: 'users',
  lead: 'leads',
  contact: 'contacts',
  company: 'companies',
  deal: 'deals',
  task: 'tasks',
  email: 'emails',
  template: 'templates',
};

/** What this needs to know of a noun. */
interface Referring {
  kind: RecordKind;
  references: Record<string, RecordKind | 'user'>;
  moreReferences?(written: never): readonly { field: string; kind: RecordKind | 'user'; id: string }[];
}

/**
 * Refuses ids of what does not exist in the organisation or is not visible to whoever writes them, and a rep who gives
 * a record to somebody else. Only the fields in `written` are looked at, and of them what `before` did not refer to
 * already: a record keeps its references to what was deleted meanwhile.
 */
export async function refuseForeignReferences(
  mongo: Mongo,
  principal: Principal,
  noun: Referring,
  given: object,
  session?: ClientSession,
  before: object = {},
): Promise<void> {
  const written = given as Record<string, unknown>;
  const owner = written[ownerField[noun.kind]];
  if (principal.role === 'rep' && typeof owner === 'string' && owner !== principal.userId)
    throw new Problem('forbidden', { detail: 'Only managers and admins give records to other people.' });
  const known = new Set(referencesOf(noun, before).map(({ kind, id }) => `${kind}:${id}`));
  for (const { field, kind, id } of referencesOf(noun, written)) {
    if (typeof id !== 'string' || known.has(`${kind}:${id}`)) continue;
    const scope: AnyFilter =
      kind === 'user'
        ? { _id: id, orgId: principal.orgId, status: 'active' }
        : { ...policy(principal, 'read', kind), _id: id, deletedAt: null };
    const found = await mongo.db
      .collection<AnyDocument>(collectionOf[kind])
      .findOne(scope, { session, projection: { _id: 1 } });
    if (!found) throw invalid(`#/${field}`, `${field}.unknown`, `There is no such ${kind}.`);
  }
}

function referencesOf(noun: Referring, record: object) {
  const values = record as Record<string, unknown>;
  return [
    ...Object.entries(noun.references).map(([field, kind]) => ({ field, kind, id: values[field] })),
    ...(noun.moreReferences?.(values as never) ?? []),
  ];
}
