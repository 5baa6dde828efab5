import type { ClientSession } from 'mongodb';
import { z } from 'zod';
import { idSchema } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { OrgDocument } from '../org/org.ts';
import type { UserDocument } from '../users/user.ts';

/** How leads find an owner by themselves: in turn, or to whoever has the fewest that are still worked on. */
export const assignmentWays = ['round_robin', 'least_loaded'] as const;
export type AssignmentWay = (typeof assignmentWays)[number];

export const assignBody = z
  .union([
    z.strictObject({ ids: z.array(idSchema).min(1).max(100), ownerId: idSchema.nullable() }),
    z.strictObject({ ids: z.array(idSchema).min(1).max(100), way: z.enum(assignmentWays) }),
  ])
  .meta({ id: 'LeadAssignment', description: 'To one person (null: to nobody), or to several in a way.' });
export type AssignWish = z.output<typeof assignBody>;

export const assignedSchema = z
  .object({
    assigned: z.number().int().describe('How many have another owner now'),
    refused: z.array(z.object({ id: idSchema, code: z.string() })).describe('Left as they are, and why'),
  })
  .meta({ id: 'LeadsAssigned' });
export type Assigned = z.output<typeof assignedSchema>;

/** Who was given the last lead by itself; whoever comes next in the list has the next turn. */
interface Turn {
  _id: string;
  lastUserId: string;
}

/** The way that the organisation chose for new leads; nothing where people assign them. */
export async function chosenWay(
  { db }: Mongo,
  orgId: string,
  session: ClientSession,
): Promise<AssignmentWay | null> {
  const org = await db
    .collection<OrgDocument>('orgs')
    .findOne({ _id: orgId }, { projection: { 'automations.newLead': 1 }, session });
  const rule = org?.automations.newLead;
  return rule?.on && rule.assign !== 'manual' ? rule.assign : null;
}

/**
 * Whose turn it is: one of the active reps, or of all active people where there are no reps; null without anybody. Of
 * those with equally few open leads the one who waited longest. Leads that come at once wait for one another here, as
 * all write the same turn.
 */
export async function nextOwner(
  mongo: Mongo,
  orgId: string,
  way: AssignmentWay,
  session: ClientSession,
): Promise<string | null> {
  const turns = mongo.db.collection<Turn>('turns');
  const people = inTurn(
    await sellers(mongo, orgId, session),
    (await turns.findOne({ _id: orgId }, { session }))?.lastUserId,
  );
  const load =
    way === 'least_loaded' ? await openLeads(mongo, orgId, people, session) : new Map<string, number>();
  const [next] = people.toSorted((a, b) => (load.get(a) ?? 0) - (load.get(b) ?? 0));
  if (next === undefined) return null;
  await turns.updateOne({ _id: orgId }, { $set: { lastUserId: next } }, { session, upsert: true });
  return next;
}

/** Who takes leads, always in the same order. */
async function sellers({ db }: Mongo, orgId: string, session: ClientSession): Promise<string[]> {
  const active = await db
    .collection<UserDocument>('users')
    // Those of the example data cannot sign in, so nobody would look after the lead.
    .find({ orgId, status: 'active', isDemo: { $ne: true } }, { projection: { role: 1 }, session })
    .sort({ _id: 1 })
    .limit(500)
    .toArray();
  const reps = active.filter(({ role }) => role === 'rep');
  return (reps.length > 0 ? reps : active).map(({ _id }) => _id);
}

/** The people from the one after `last` on; who left since then is passed over. */
function inTurn(people: readonly string[], last: string | undefined): string[] {
  const first = people.findIndex((id) => last === undefined || id > last);
  return first <= 0 ? [...people] : [...people.slice(first), ...people.slice(0, first)];
}

async function openLeads(
  { db }: Mongo,
  orgId: string,
  people: readonly string[],
  session: ClientSession,
): Promise<Map<string, number>> {
  const open = { $in: ['new', 'contacted', 'qualified'] };
  const counts = await db
    .collection('leads')
    .aggregate<{ _id: string; count: number }>(
      [
        { $match: { orgId, deletedAt: null, ownerId: { $in: people }, status: open } },
        { $group: { _id: '$ownerId', count: { $sum: 1 } } },
      ],
      { session },
    )
    .toArray();
  return new Map(counts.map(({ _id, count }) => [_id, count]));
}
